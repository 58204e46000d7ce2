"""Creates the bucket of the example s3_stream, and an object in it."""
import os

import boto3

# In another region, the bucket would need a location.
s3 = boto3.client("s3", region_name="us-east-1")
s3.create_bucket(Bucket="files")
s3.put_object(Bucket="files", Key="greeting.txt", ContentType="text/plain", Body=b"hello, world\n")
with open(os.environ["BARELAMBDA_ENV"], "a") as variables:
    print("BUCKET=files", file=variables)
