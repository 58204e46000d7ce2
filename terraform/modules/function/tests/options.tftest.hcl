# The plans with the defaults and with each option, with a mocked provider.

mock_provider "aws" {
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/hello" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/hello" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:hello", version = "7" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:hello:live" }
  }
}

variables {
  name = "hello"
  zip  = "tests/hello-arm64.zip"
}

run "defaults" {
  assert {
    condition = (
      aws_lambda_function.this.runtime == "provided.al2023" && aws_lambda_function.this.handler == "bootstrap"
      && one(aws_lambda_function.this.architectures) == "arm64" && aws_lambda_function.this.memory_size == 128
      && aws_lambda_function.this.timeout == 10 && aws_lambda_function.this.reserved_concurrent_executions == -1
      && !aws_lambda_function.this.publish && length(aws_lambda_function.this.environment) == 0
      && aws_lambda_function.this.tracing_config[0].mode == "PassThrough"
    )
    error_message = "the function"
  }
  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256("tests/hello-arm64.zip") && output.code_sha256 == filebase64sha256("tests/hello-arm64.zip")
    error_message = "the hash isn't the zip's"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/hello" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "the log group"
  }
  assert {
    condition = (
      aws_lambda_function.this.logging_config[0].log_format == "JSON"
      && aws_lambda_function.this.logging_config[0].log_group == "/aws/lambda/hello"
    )
    error_message = "the log's settings"
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.this.policy).Statement == [{
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Effect   = "Allow"
      Resource = "arn:aws:logs:eu-central-1:123456789012:log-group:/aws/lambda/hello:log-stream:*"
    }]
    error_message = "the role has permissions other than writing its log"
  }
  assert {
    condition = (
      length(aws_lambda_alias.this) + length(aws_lambda_function_url.this) + length(aws_lambda_permission.url)
      + length(aws_lambda_event_source_mapping.sqs) + length(aws_iam_role_policy_attachment.this)
      + length(aws_iam_role_policy.statements) == 0
    )
    error_message = "a resource is planned that no option selects"
  }
  assert {
    condition     = output.url == null && output.alias == null && output.arn == "arn:aws:lambda:eu-central-1:123456789012:function:hello"
    error_message = "the outputs"
  }
}

run "plain_options" {
  variables {
    zip                   = "tests/hello.zip"
    architecture          = "x86_64"
    handler               = "handler.sh"
    description           = "says hello"
    memory                = 10240
    timeout               = 900
    environment           = { GREETING = "hi" }
    log_retention_days    = 0
    application_log_level = "TRACE"
    system_log_level      = "WARN"
    policy_arns           = ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"]
    reserved_concurrency  = 0
    tags                  = { team = "orders" }
  }

  assert {
    condition = (
      one(aws_lambda_function.this.architectures) == "x86_64" && aws_lambda_function.this.handler == "handler.sh"
      && aws_lambda_function.this.description == "says hello" && aws_lambda_function.this.memory_size == 10240
      && aws_lambda_function.this.timeout == 900 && aws_lambda_function.this.environment[0].variables["GREETING"] == "hi"
      && aws_lambda_function.this.reserved_concurrent_executions == 0
    )
    error_message = "the function"
  }
  assert {
    condition = (
      aws_lambda_function.this.logging_config[0].application_log_level == "TRACE"
      && aws_lambda_function.this.logging_config[0].system_log_level == "WARN" && aws_cloudwatch_log_group.this.retention_in_days == 0
    )
    error_message = "the log's settings"
  }
  assert {
    condition     = aws_iam_role_policy_attachment.this[0].policy_arn == "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    error_message = "the additional policy"
  }
  assert {
    condition = alltrue([
      for tags in [aws_lambda_function.this.tags, aws_cloudwatch_log_group.this.tags, aws_iam_role.this.tags] : tags["team"] == "orders"
    ])
    error_message = "a tag is missing"
  }
}

run "log_as_text" {
  command = plan

  variables {
    log_format = "Text"
  }

  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_format == "Text"
    error_message = "the log's format"
  }
}

run "url_with_iam" {
  variables {
    url = {}
  }

  assert {
    condition     = aws_lambda_function_url.this[0].authorization_type == "AWS_IAM" && aws_lambda_function_url.this[0].invoke_mode == "BUFFERED"
    error_message = "the URL"
  }
  assert {
    condition     = length(aws_lambda_permission.url) == 0
    error_message = "a URL with IAM authorization is public"
  }
}

run "public_url_at_an_alias" {
  variables {
    alias = "live"
    url   = { auth = "NONE", has_invoke_permission = true, invoke_mode = "RESPONSE_STREAM", cors = { allow_origins = ["https://example.com"], allow_methods = ["GET"], max_age = 60 } }
  }

  assert {
    condition = (
      aws_lambda_function.this.publish && aws_lambda_alias.this[0].name == "live" && aws_lambda_alias.this[0].function_version == "7"
      && output.arn == "arn:aws:lambda:eu-central-1:123456789012:function:hello:live"
    )
    error_message = "the alias"
  }
  assert {
    condition = (
      aws_lambda_function_url.this[0].authorization_type == "NONE" && aws_lambda_function_url.this[0].invoke_mode == "RESPONSE_STREAM"
      && aws_lambda_function_url.this[0].qualifier == "live" && one(aws_lambda_function_url.this[0].cors[0].allow_methods) == "GET"
    )
    error_message = "the URL"
  }
  assert {
    condition = (
      aws_lambda_permission.url[0].function_url_auth_type == "NONE" && aws_lambda_permission.url[0].action == "lambda:InvokeFunctionUrl"
      && aws_lambda_permission.url[0].principal == "*" && aws_lambda_permission.url[0].qualifier == "live"
      && length(aws_lambda_permission.url) == 1
    )
    error_message = "the permission"
  }
}

run "public_url_without_the_second_permission" {
  command = plan

  variables {
    url = { auth = "NONE" }
  }

  expect_failures = [check.public_url]
}

run "xray_and_a_queue" {
  variables {
    xray = true
    sqs  = { queue_arn = "arn:aws:sqs:eu-central-1:123456789012:orders", batch_size = 10000, batch_window = 300, maximum_concurrency = 2 }
  }

  assert {
    condition = (
      aws_lambda_event_source_mapping.sqs[0].function_response_types == toset(["ReportBatchItemFailures"])
      && aws_lambda_event_source_mapping.sqs[0].batch_size == 10000
      && aws_lambda_event_source_mapping.sqs[0].maximum_batching_window_in_seconds == 300
      && aws_lambda_event_source_mapping.sqs[0].scaling_config[0].maximum_concurrency == 2
    )
    error_message = "the event source"
  }
  assert {
    condition = (
      aws_lambda_function.this.tracing_config[0].mode == "Active"
      && jsondecode(aws_iam_role_policy.this.policy).Statement[1].Action == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
      && jsondecode(aws_iam_role_policy.this.policy).Statement[2].Resource == "arn:aws:sqs:eu-central-1:123456789012:orders"
    )
    error_message = "the permissions"
  }
}

run "policy_statements" {
  variables {
    policy_statements = [
      {
        actions   = ["dynamodb:UpdateItem"]
        resources = ["arn:aws:dynamodb:eu-central-1:123456789012:table/counters"]
      },
      {
        sid       = "Read"
        actions   = ["s3:Get*", "s3:ListBucket"]
        resources = ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]
        conditions = {
          StringEquals            = { "s3:ExistingObjectTag/public" = ["yes", "true"] }
          "ForAnyValue:ArnLike"   = { "aws:SourceArn" = ["arn:aws:s3:::photos"] }
          NumericLessThanIfExists = { "s3:max-keys" = ["10"] }
          Null                    = { "aws:TokenIssueTime" = ["false"] }
        }
      },
      {
        actions   = ["cloudwatch:PutMetricData"]
        resources = ["*"]
      },
    ]
  }

  assert {
    condition = jsondecode(one(aws_iam_role_policy.statements[*].policy)).Statement == [
      {
        Action   = ["dynamodb:UpdateItem"]
        Effect   = "Allow"
        Resource = ["arn:aws:dynamodb:eu-central-1:123456789012:table/counters"]
      },
      {
        Action = ["s3:Get*", "s3:ListBucket"]
        Condition = {
          StringEquals            = { "s3:ExistingObjectTag/public" = ["yes", "true"] }
          "ForAnyValue:ArnLike"   = { "aws:SourceArn" = ["arn:aws:s3:::photos"] }
          NumericLessThanIfExists = { "s3:max-keys" = ["10"] }
          Null                    = { "aws:TokenIssueTime" = ["false"] }
        }
        Effect   = "Allow"
        Resource = ["arn:aws:s3:::photos", "arn:aws:s3:::photos/*"]
        Sid      = "Read"
      },
      {
        Action   = ["cloudwatch:PutMetricData"]
        Effect   = "Allow"
        Resource = ["*"]
      },
    ]
    error_message = "the statements are ${one(aws_iam_role_policy.statements[*].policy)}"
  }
}
