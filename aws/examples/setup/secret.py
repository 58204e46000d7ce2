"""Creates the secret of the example secret."""
import boto3

boto3.client("secretsmanager").create_secret(Name="door", SecretString="open sesame")
