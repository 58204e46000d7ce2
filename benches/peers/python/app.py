"""Echoes each event."""


def handler(event, context):
    return event
