"""Signs the requests on stdin, a line of JSON each, with botocore, and prints a line of JSON for each."""

import datetime
import json
import sys

import botocore.auth as auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.utils import percent_encode

for line in sys.stdin:
    case = json.loads(line)
    now = datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc)
    auth.get_current_datetime = lambda: now
    credentials = Credentials(case["id"], case["secret"], case["token"])
    is_s3 = case["service"] == "s3"
    query = [tuple(pair) for pair in case["query"]]
    url = f"{case['scheme']}{case['host']}{percent_encode(case['path'], safe='/~')}"
    scope = (credentials, case["service"], case["region"])

    def request(body, query):
        made = AWSRequest(case["method"], url, data=body, params=query)
        for name, value in case["headers"]:
            made.headers[name] = value
        return made

    signed = request(case["body"].encode(), query)
    if case["unsigned"]:
        signed.context["client_config"] = Config(s3={"payload_signing_enabled": False})
    (auth.S3SigV4Auth if is_s3 else auth.SigV4Auth)(*scope).add_auth(signed)
    added = ["X-Amz-Date", "X-Amz-Content-SHA256", "X-Amz-Security-Token", "Authorization"]
    result = {name.lower(): signed.headers.get(name) for name in added}
    if is_s3:
        presigned = request(b"", dict(query))
        auth.S3SigV4QueryAuth(*scope, expires=case["seconds"]).add_auth(presigned)
        result["url"] = presigned.url
    print(json.dumps(result))
