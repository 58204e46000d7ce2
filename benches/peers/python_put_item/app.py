"""Writes each event as an item to DynamoDB, and returns the event."""

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event, context):
    dynamodb.put_item(
        TableName="orders",
        Item={
            "count": {"N": str(event["count"])},
            "name": {"S": event["name"]},
            "price": {"N": str(event["price"])},
        },
    )
    return event
