"""Answers each event with itself."""


def handler(event, context):
    return event
