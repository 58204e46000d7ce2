"""Creates the table of the example dynamodb."""
import boto3

boto3.client("dynamodb").create_table(
    TableName="counters",
    KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)
