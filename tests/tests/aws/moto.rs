//! Calls to moto over TLS, read back by boto3, AWS's SDK for Python.

use barelambda_tests::calls::probe::{Probe, Settings, identity};
use barelambda_tests::calls::reply;
use barelambda_tests::calls::server::Server;
use barelambda_tests::moto::Moto;
use barelambda_tests::tls::server;
use serde_json::{Value, json};

/// Starts moto, and a function that calls it.
fn start() -> (Moto, Probe) {
    let moto = Moto::start_tls(identity());
    let probe = Settings::new().to_moto(&moto).start();
    (moto, probe)
}

/// Calls an action, and returns the output.
fn call(probe: &Probe, service: &str, action: &str, input: Value) -> Value {
    let reply = probe.success(&["call", service, action, &input.to_string()]);
    let body = reply["body"].as_str().expect("the body is text");
    // EventBridge and others reply with nothing.
    if body.is_empty() { Value::Null } else { body.parse().expect("the body is JSON") }
}

/// Calls an action that fails, and returns the status, the code and the message.
fn refused(probe: &Probe, words: &[&str]) -> (u64, String, String) {
    let reply = probe.reply(words);
    assert_eq!(reply["success"], false, "{reply}");
    let text = |name: &str| reply[name].as_str().unwrap_or_default().to_owned();
    (reply["status"].as_u64().expect("a status"), text("code"), text("message"))
}

#[test]
#[ignore = "needs moto and the AWS CLI; run `bash .ci/full`"]
fn dynamodb() {
    let (moto, probe) = start();
    call(
        &probe,
        "dynamodb",
        "CreateTable",
        json!({
            "TableName": "orders", "BillingMode": "PAY_PER_REQUEST",
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        }),
    );
    let item = json!({ "id": { "S": "ü/😀" }, "count": { "N": "250" } });
    for _ in 0..20 {
        call(&probe, "dynamodb", "PutItem", json!({ "TableName": "orders", "Item": item }));
    }
    let key = json!({ "id": { "S": "ü/😀" } });
    let got = call(&probe, "dynamodb", "GetItem", json!({ "TableName": "orders", "Key": key }));
    assert_eq!(got["Item"], item);
    let input = json!({ "TableName": "orders", "Item": item, "ConditionExpression": "attribute_not_exists(id)" });
    let failed = refused(&probe, &["call", "dynamodb", "PutItem", &input.to_string()]);
    assert_eq!((failed.0, failed.1.as_str()), (400, "ConditionalCheckFailedException"));
    assert_eq!(failed.2, "The conditional request failed");
    let missing = json!({ "TableName": "none", "Key": key }).to_string();
    let failed = refused(&probe, &["call", "dynamodb", "GetItem", &missing]);
    assert_eq!((failed.0, failed.1.as_str()), (400, "ResourceNotFoundException"));
    let seen = moto.python(
        "import boto3, json\nprint(json.dumps(boto3.client('dynamodb').scan(TableName='orders')['Items']))",
    );
    assert_eq!(seen, json!([item]));
}

/// Keys with every kind of character that needs an encoding, or must not have one.
/// moto finds no path with a newline.
const KEYS: [&str; 9] = [
    "plain.txt",
    "a b/ü😀.txt",
    "per%20cent",
    "plus+and&and=and?and#",
    "../dots/./in//it",
    "quotes'\"(x)*!$,;:@[]{}|\\^`<>~",
    "/slash at the beginning",
    "slash at the end/",
    "tab\tand control\u{1}",
];

#[test]
#[ignore = "needs moto and the AWS CLI; run `bash .ci/full`"]
fn s3() {
    let (moto, probe) = start();
    moto.python("import boto3\nfor name in ('reports', 'copies'): boto3.client('s3').create_bucket(Bucket=name)");
    for key in KEYS {
        probe.success(&["put", "reports", key, "text/x-odd", &format!("body of {key}")]);
        let got = probe.success(&["get", "reports", key]);
        assert_eq!(
            (&got["body"], &got["kind"]),
            (&json!(format!("body of {key}")), &json!("text/x-odd"))
        );
        let head = probe.success(&["head", "reports", key]);
        let length = format!("body of {key}").len();
        assert_eq!((&head["length"], &head["count"]), (&json!(length.to_string()), &json!(0)));
        let copied = probe.success(&["copy", "copies", "reports", key, key]);
        assert!(copied["body"].as_str().is_some_and(|xml| xml.contains("ETag")), "{copied}");
    }
    let seen = moto.python(
        "import boto3, json\ns3 = boto3.client('s3')\n\
         def read(bucket):\n  for entry in s3.list_objects_v2(Bucket=bucket)['Contents']:\n    yield entry['Key'], s3.get_object(Bucket=bucket, Key=entry['Key'])['Body'].read().decode()\n\
         print(json.dumps([dict(read('reports')), dict(read('copies'))]))",
    );
    let expected: Value = KEYS
        .iter()
        .map(|key| ((*key).to_owned(), format!("body of {key}").into()))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_eq!(seen, json!([expected, expected]));

    // Large objects, in one piece and in many.
    probe.success(&["put", "reports", "large", "application/octet-stream", "pattern:1000000"]);
    let whole = probe.success(&["get", "reports", "large"]);
    let pieces = probe.success(&["open", "reports", "large"]);
    assert_eq!((&whole["count"], &whole["sum"]), (&pieces["count"], &pieces["sum"]));
    assert_eq!(whole["count"], 1_000_000);
    assert!(pieces["longest"].as_u64().is_some_and(|longest| longest <= 16_384), "{pieces}");
    // A stream that isn't read to its end doesn't disturb the next call.
    assert_eq!(probe.success(&["open a piece", "reports", "large"])["status"], 200);
    assert_eq!(probe.success(&["get", "reports", "plain.txt"])["body"], "body of plain.txt");

    let listed = probe.success(&["list", "reports", "per%", ""]);
    let xml = listed["body"].as_str().expect("XML");
    assert!(xml.contains("<Key>per%20cent</Key>") && !xml.contains("plain.txt"), "{xml}");
    let first = probe.success(&["list a few", "reports", "4"]);
    let token = element(first["body"].as_str().expect("XML"), "NextContinuationToken");
    let second = probe.success(&["list", "reports", "", &token]);
    assert_eq!(second["body"].as_str().expect("XML").matches("<Key>").count(), KEYS.len() + 1 - 4);

    for key in KEYS {
        probe.success(&["delete", "reports", key]);
    }
    let missing = refused(&probe, &["get", "reports", "plain.txt"]);
    assert_eq!((missing.0, missing.1.as_str()), (404, "NoSuchKey"));
    assert_eq!(
        refused(&probe, &["head", "reports", "plain.txt"]),
        (404, String::new(), String::new())
    );
    assert_eq!(refused(&probe, &["open", "reports", "plain.txt"]).0, 404);
    assert_eq!(refused(&probe, &["copy", "copies", "reports", "none", "x"]).1, "NoSuchKey");
    assert_eq!(refused(&probe, &["get", "no-such-bucket", "x"]).1, "NoSuchBucket");
    let error = probe.error(&["delete", "copies", ""]);
    assert_eq!(error, "Aws.Key: the key of an object is empty");
}

/// Returns the text of the first element with this name.
fn element(xml: &str, name: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{name}>")).expect("the element is there");
    rest.split('<').next().unwrap_or_default().to_owned()
}

/// The endpoint's path precedes that of the object, in the signature and in presigned URLs, too.
#[test]
fn an_endpoint_may_have_a_path() {
    let server = Server::tls(server::config(identity()), |mut wire| {
        while wire.request()?.is_some() {
            wire.send(&reply::json(200, "{}"))?;
        }
        Ok(())
    });
    let url = format!("{}/gate%20way/", server.url());
    let probe = Settings::new().trusting(identity()).env("AWS_ENDPOINT_URL", &url).start();
    probe.success(&["get", "reports", "a b"]);
    probe.success(&["list", "reports", "a b", ""]);
    probe.success(&["call", "dynamodb", "ListTables", "{}"]);
    let targets: Vec<_> =
        server.take_requests().into_iter().map(|(_, request)| request.target).collect();
    assert_eq!(
        targets,
        [
            "/gate%20way/reports/a%20b",
            "/gate%20way/reports/?list-type=2&prefix=a%20b",
            "/gate%20way/"
        ]
    );
    let presigned = probe.reply(&["presign get", "reports", "a b", "60"]);
    let begin = format!("{}/gate%20way/reports/a%20b?X-Amz-Algorithm=", server.url());
    assert!(presigned.as_str().is_some_and(|url| url.starts_with(&begin)), "{presigned}");
    // The one of a service counts more, and both can be ignored.
    let settings =
        || Settings::new().trusting(identity()).env("AWS_ENDPOINT_URL", "http://127.0.0.1:1/");
    let probe = settings().env("AWS_ENDPOINT_URL_S3", &server.url()).start();
    probe.success(&["get", "reports", "a"]);
    assert!(probe.error(&["call", "dynamodb", "ListTables", "{}"]).starts_with("Aws.Connect"));
    let ignoring = settings().env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true").start();
    let presigned = ignoring.reply(&["presign get", "reports", "a", "60"]);
    let begin = "https://reports.s3.us-east-1.amazonaws.com/a?";
    assert!(presigned.as_str().is_some_and(|url| url.starts_with(begin)), "{presigned}");
}

/// Another client, which knows nothing of AWS, uses the URLs.
#[test]
#[ignore = "needs moto and the AWS CLI; run `bash .ci/full`"]
fn presigned_urls() {
    let (moto, probe) = start();
    moto.python("import boto3\nboto3.client('s3').create_bucket(Bucket='reports')");
    for key in KEYS {
        let put = probe.reply(&["presign put", "reports", key, "60"]);
        let get = probe.reply(&["presign get", "reports", key, "60"]);
        let script = format!(
            "import json, os, ssl, urllib.request as u\n\
             trust = ssl.create_default_context(cafile=os.environ['AWS_CA_BUNDLE'])\n\
             put = u.Request({put}, data=b'by a browser', method='PUT', headers={{'content-type': 'text/plain'}})\n\
             u.urlopen(put, context=trust).read()\n\
             print(json.dumps(u.urlopen({get}, context=trust).read().decode()))"
        );
        assert_eq!(moto.python(&script), "by a browser", "{key}");
        assert_eq!(probe.success(&["get", "reports", key])["body"], "by a browser");
    }
}

#[test]
#[ignore = "needs moto and the AWS CLI; run `bash .ci/full`"]
fn messages() {
    let (moto, probe) = start();
    let queue = call(&probe, "sqs", "CreateQueue", json!({ "QueueName": "orders" }));
    let url = queue["QueueUrl"].as_str().expect("the URL is text");
    let sent = call(
        &probe,
        "sqs",
        "SendMessage",
        json!({ "QueueUrl": url, "MessageBody": "to \"SQS\" ü" }),
    );
    assert!(sent["MessageId"].is_string(), "{sent}");
    let none = json!({ "QueueName": "none" }).to_string();
    let failed = refused(&probe, &["call", "sqs", "GetQueueUrl", &none]);
    assert_eq!((failed.0, failed.1.as_str()), (400, "QueueDoesNotExist"));

    let created = probe.success(&["query", "sns", "CreateTopic", "Name", "news"]);
    let topic = element(created["body"].as_str().expect("XML"), "TopicArn");
    let arn = "arn:aws:sqs:us-east-1:123456789012:orders";
    probe.success(&[
        "query",
        "sns",
        "Subscribe",
        "TopicArn",
        &topic,
        "Protocol",
        "sqs",
        "Endpoint",
        arn,
    ]);
    let text = "to SNS: a&b=c+d %20 ü";
    probe.success(&["query", "sns", "Publish", "TopicArn", &topic, "Message", text]);
    let failed = refused(
        &probe,
        &[
            "query",
            "sns",
            "Publish",
            "TopicArn",
            "arn:aws:sns:us-east-1:123456789012:none",
            "Message",
            "x",
        ],
    );
    assert_eq!((failed.0, failed.1.as_str()), (404, "NotFound"));
    let identity = probe.success(&["query", "sts", "GetCallerIdentity"]);
    assert_eq!(element(identity["body"].as_str().expect("XML"), "Account"), "123456789012");

    let seen = moto.python(
        "import boto3, json\nsqs = boto3.client('sqs')\nurl = sqs.get_queue_url(QueueName='orders')['QueueUrl']\n\
         got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)['Messages']\n\
         print(json.dumps([m['Body'] if m['Body'].startswith('to') else json.loads(m['Body'])['Message'] for m in got]))",
    );
    assert_eq!(seen, json!(["to \"SQS\" ü", text]));
}

#[test]
#[ignore = "needs moto and the AWS CLI; run `bash .ci/full`"]
fn parameters_and_secrets() {
    let (moto, probe) = start();
    call(
        &probe,
        "ssm",
        "PutParameter",
        json!({ "Name": "/a/b", "Value": "ü", "Type": "SecureString" }),
    );
    let got =
        call(&probe, "ssm", "GetParameter", json!({ "Name": "/a/b", "WithDecryption": true }));
    assert_eq!(got["Parameter"]["Value"], "ü");
    let failed = refused(&probe, &["call", "ssm", "GetParameter", "{\"Name\":\"/none\"}"]);
    assert_eq!((failed.0, failed.1.as_str()), (400, "ParameterNotFound"));
    call(
        &probe,
        "secretsmanager",
        "CreateSecret",
        json!({ "Name": "door", "SecretString": "open" }),
    );
    let got = call(&probe, "secretsmanager", "GetSecretValue", json!({ "SecretId": "door" }));
    assert_eq!(got["SecretString"], "open");
    let failed =
        refused(&probe, &["call", "secretsmanager", "GetSecretValue", "{\"SecretId\":\"none\"}"]);
    // AWS replies with 400.
    assert_eq!((failed.0, failed.1.as_str()), (404, "ResourceNotFoundException"));
    let key = call(&probe, "kms", "CreateKey", json!({}));
    let id = &key["KeyMetadata"]["KeyId"];
    let sealed = call(&probe, "kms", "Encrypt", json!({ "KeyId": id, "Plaintext": "c2VjcmV0" }));
    let opened =
        call(&probe, "kms", "Decrypt", json!({ "CiphertextBlob": sealed["CiphertextBlob"] }));
    assert_eq!(opened["Plaintext"], "c2VjcmV0");
    let seen = moto.python(
        "import boto3, json\nvalue = boto3.client('ssm').get_parameter(Name='/a/b', WithDecryption=True)['Parameter']['Value']\n\
         print(json.dumps([value, boto3.client('secretsmanager').get_secret_value(SecretId='door')['SecretString']]))",
    );
    assert_eq!(seen, json!(["ü", "open"]));
}

#[test]
#[ignore = "needs moto and the AWS CLI; run `bash .ci/full`"]
fn events_and_streams() {
    let (moto, probe) = start();
    // A queue shows what EventBridge delivers.
    moto.python(
        "import boto3\nboto3.client('sqs').create_queue(QueueName='delivered')\nevents = boto3.client('events')\n\
         events.put_rule(Name='all', EventPattern='{\"source\": [\"orders\"]}')\n\
         events.put_targets(Rule='all', Targets=[{'Id': 'q', 'Arn': 'arn:aws:sqs:us-east-1:123456789012:delivered'}])\n\
         boto3.client('kinesis').create_stream(StreamName='clicks', ShardCount=1)\n\
         boto3.client('logs').create_log_group(logGroupName='group')\n\
         boto3.client('logs').create_log_stream(logGroupName='group', logStreamName='stream')",
    );
    let entry = json!({ "Source": "orders", "DetailType": "created", "Detail": "{\"id\":7}" });
    let put = call(&probe, "events", "PutEvents", json!({ "Entries": [entry] }));
    assert_eq!(put["FailedEntryCount"], 0, "{put}");
    let record = json!({ "StreamName": "clicks", "PartitionKey": "k", "Data": "Y2xpY2s=" });
    let put = call(&probe, "kinesis", "PutRecord", record);
    assert!(put["SequenceNumber"].is_string(), "{put}");
    let failed =
        refused(&probe, &["call", "kinesis", "DescribeStream", "{\"StreamName\":\"none\"}"]);
    assert_eq!((failed.0, failed.1.as_str()), (400, "ResourceNotFoundException"));
    let machine = call(
        &probe,
        "states",
        "CreateStateMachine",
        json!({
            "name": "machine", "roleArn": "arn:aws:iam::123456789012:role/states",
            "definition": json!({ "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": 1, "End": true } } }).to_string(),
        }),
    );
    let started = call(
        &probe,
        "states",
        "StartExecution",
        json!({ "stateMachineArn": machine["stateMachineArn"], "name": "first", "input": "{\"a\":1}" }),
    );
    assert!(started["executionArn"].is_string(), "{started}");
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .expect("it is after 1970")
        .as_millis();
    let log = json!({
        "logGroupName": "group", "logStreamName": "stream",
        "logEvents": [{ "timestamp": u64::try_from(now).expect("it fits"), "message": "a line" }],
    });
    call(&probe, "logs", "PutLogEvents", log);
    let seen = moto.python(
        "import boto3, json\nsqs = boto3.client('sqs')\nurl = sqs.get_queue_url(QueueName='delivered')['QueueUrl']\n\
         event = json.loads(sqs.receive_message(QueueUrl=url)['Messages'][0]['Body'])\nkinesis = boto3.client('kinesis')\n\
         shard = kinesis.describe_stream(StreamName='clicks')['StreamDescription']['Shards'][0]['ShardId']\n\
         at = kinesis.get_shard_iterator(StreamName='clicks', ShardId=shard, ShardIteratorType='TRIM_HORIZON')['ShardIterator']\n\
         data = kinesis.get_records(ShardIterator=at)['Records'][0]['Data'].decode()\nstates = boto3.client('stepfunctions')\n\
         arn = states.list_state_machines()['stateMachines'][0]['stateMachineArn']\n\
         run = states.describe_execution(executionArn=states.list_executions(stateMachineArn=arn)['executions'][0]['executionArn'])\n\
         logged = boto3.client('logs').get_log_events(logGroupName='group', logStreamName='stream')['events'][0]['message']\n\
         print(json.dumps([event['detail'], data, run['name'], run['input'], logged]))",
    );
    assert_eq!(seen, json!([{ "id": 7 }, "click", "first", "{\"a\":1}", "a line"]));
}

/// moto runs functions only with Docker, or not at all: its simple mode returns a text.
#[test]
#[ignore = "needs moto and the AWS CLI; run `bash .ci/full`"]
fn lambda() {
    let (moto, probe) = start();
    let failed = refused(&probe, &["invoke", "none", "{}"]);
    assert_eq!((failed.0, failed.1.as_str()), (404, "ResourceNotFoundException"));
    assert!(failed.2.contains("function:none"), "{failed:?}");
    drop(moto);
}
