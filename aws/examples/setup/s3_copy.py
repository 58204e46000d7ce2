"""Creates the two buckets of the example s3_copy, and the object of its event."""
import os

import boto3

# In another region, the bucket would need a location.
s3 = boto3.client("s3", region_name="us-east-1")
for bucket in "amzn-s3-demo-bucket", "copies":
    s3.create_bucket(Bucket=bucket)
s3.put_object(
    Bucket="amzn-s3-demo-bucket", Key='holiday photos/café "No. 1" 😀+1.jpg', ContentType="image/jpeg", Body=b"\xff\xd8\xff"
)
with open(os.environ["BARELAMBDA_ENV"], "a") as variables:
    print("TARGET=copies", file=variables)
