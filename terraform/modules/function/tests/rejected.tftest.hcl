# Each validation rejects invalid values. tests/tests/terraform/stacks.rs compares the messages.

mock_provider "aws" {}

variables {
  name = "hello"
  zip  = "tests/hello-arm64.zip"
}

run "rejects_name" {
  command = plan

  variables {
    name = "a b"
  }

  expect_failures = [var.name]
}

run "rejects_zip_1" {
  command = plan

  variables {
    zip = "README.md"
  }

  expect_failures = [var.zip]
}

run "rejects_zip_2" {
  command = plan

  variables {
    zip = "absent.zip"
  }

  expect_failures = [var.zip]
}

run "rejects_handler" {
  command = plan

  variables {
    handler = "a b"
  }

  expect_failures = [var.handler]
}

run "rejects_description" {
  command = plan

  variables {
    description = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
  }

  expect_failures = [var.description]
}

run "rejects_architecture_1" {
  command = plan

  variables {
    architecture = "aarch64"
  }

  expect_failures = [var.architecture]
}

run "rejects_architecture_2" {
  command = plan

  variables {
    architecture = "x86_64"
  }

  expect_failures = [var.architecture]
}

run "rejects_memory_1" {
  command = plan

  variables {
    memory = 127
  }

  expect_failures = [var.memory]
}

run "rejects_memory_2" {
  command = plan

  variables {
    memory = 10241
  }

  expect_failures = [var.memory]
}

run "rejects_memory_3" {
  command = plan

  variables {
    memory = 128.5
  }

  expect_failures = [var.memory]
}

run "rejects_timeout_1" {
  command = plan

  variables {
    timeout = 0
  }

  expect_failures = [var.timeout]
}

run "rejects_timeout_2" {
  command = plan

  variables {
    timeout = 901
  }

  expect_failures = [var.timeout]
}

run "rejects_environment_1" {
  command = plan

  variables {
    environment = { "1A" = "x" }
  }

  expect_failures = [var.environment]
}

run "rejects_environment_2" {
  command = plan

  variables {
    environment = { AWS_REGION = "x" }
  }

  expect_failures = [var.environment]
}

run "rejects_environment_3" {
  command = plan

  variables {
    environment = { LONG = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" }
  }

  expect_failures = [var.environment]
}

run "rejects_log_retention_days" {
  command = plan

  variables {
    log_retention_days = 2
  }

  expect_failures = [var.log_retention_days]
}

run "rejects_log_format" {
  command = plan

  variables {
    log_format = "json"
  }

  expect_failures = [var.log_format]
}

run "rejects_application_log_level_1" {
  command = plan

  variables {
    application_log_level = "info"
  }

  expect_failures = [var.application_log_level]
}

run "rejects_application_log_level_2" {
  command = plan

  variables {
    application_log_level = "INFO"
    log_format            = "Text"
  }

  expect_failures = [var.application_log_level]
}

run "rejects_system_log_level_1" {
  command = plan

  variables {
    system_log_level = "ERROR"
  }

  expect_failures = [var.system_log_level]
}

run "rejects_system_log_level_2" {
  command = plan

  variables {
    system_log_level = "INFO"
    log_format       = "Text"
  }

  expect_failures = [var.system_log_level]
}

run "rejects_policy_arns" {
  command = plan

  variables {
    policy_arns = ["AmazonS3ReadOnlyAccess"]
  }

  expect_failures = [var.policy_arns]
}

run "rejects_policy_statements_1" {
  command = plan

  variables {
    policy_statements = [
      { sid = "read it", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::photos/*"] },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_2" {
  command = plan

  variables {
    policy_statements = [
      { sid = "Read", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::photos/*"] },
      { sid = "Read", actions = ["s3:GetObject"], resources = ["arn:aws:s3:::photos/*"] },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_3" {
  command = plan

  variables {
    policy_statements = [
      { actions = ["*"], resources = ["arn:aws:s3:::photos/*"] },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_4" {
  command = plan

  variables {
    policy_statements = [
      { actions = ["s3:*"], resources = ["arn:aws:s3:::photos/*"] },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_5" {
  command = plan

  variables {
    policy_statements = [
      { actions = [], resources = ["arn:aws:s3:::photos/*"] },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_6" {
  command = plan

  variables {
    policy_statements = [
      { actions = ["s3:GetObject"], resources = [] },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_7" {
  command = plan

  variables {
    policy_statements = [
      { actions = ["s3:GetObject"], resources = ["photos"] },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_8" {
  command = plan

  variables {
    policy_statements = [
      { actions = ["s3:GetObject"], resources = ["arn:aws:s3"] },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_9" {
  command = plan

  variables {
    policy_statements = [
      { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::photos/*"], conditions = { Equals = { "aws:SourceVpc" = ["vpc-1"] } } },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_10" {
  command = plan

  variables {
    policy_statements = [
      { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::photos/*"], conditions = { StringEquals = { "aws:SourceVpc" = [] } } },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_11" {
  command = plan

  variables {
    policy_statements = [
      { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::photos/*"], conditions = { StringEquals = {} } },
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_policy_statements_12" {
  command = plan

  variables {
    policy_statements = [
      for number in range(100) : { actions = ["s3:GetObject"], resources = ["arn:aws:s3:::photos-${number}/a/long/path/*"] }
    ]
  }

  expect_failures = [var.policy_statements]
}

run "rejects_url_1" {
  command = plan

  variables {
    url = { auth = "IAM" }
  }

  expect_failures = [var.url]
}

run "rejects_url_2" {
  command = plan

  variables {
    url = { invoke_mode = "STREAM" }
  }

  expect_failures = [var.url]
}

run "rejects_url_3" {
  command = plan

  variables {
    url = { cors = { allow_methods = ["OPTIONS"] } }
  }

  expect_failures = [var.url]
}

run "rejects_url_4" {
  command = plan

  variables {
    url = { cors = { max_age = 86401 } }
  }

  expect_failures = [var.url]
}

run "rejects_reserved_concurrency" {
  command = plan

  variables {
    reserved_concurrency = -1
  }

  expect_failures = [var.reserved_concurrency]
}

run "rejects_alias" {
  command = plan

  variables {
    alias = "7"
  }

  expect_failures = [var.alias]
}

run "rejects_sqs_1" {
  command = plan

  variables {
    sqs = { queue_arn = "orders" }
  }

  expect_failures = [var.sqs]
}

run "rejects_sqs_2" {
  command = plan

  variables {
    sqs = { queue_arn = "arn:aws:sqs:eu-central-1:123456789012:orders", batch_size = 0 }
  }

  expect_failures = [var.sqs]
}

run "rejects_sqs_3" {
  command = plan

  variables {
    sqs = { queue_arn = "arn:aws:sqs:eu-central-1:123456789012:orders", batch_window = 301 }
  }

  expect_failures = [var.sqs]
}

run "rejects_sqs_4" {
  command = plan

  variables {
    sqs = { queue_arn = "arn:aws:sqs:eu-central-1:123456789012:orders", batch_size = 11 }
  }

  expect_failures = [var.sqs]
}

run "rejects_sqs_5" {
  command = plan

  variables {
    sqs = { queue_arn = "arn:aws:sqs:eu-central-1:123456789012:orders.fifo", batch_window = 1 }
  }

  expect_failures = [var.sqs]
}

run "rejects_sqs_6" {
  command = plan

  variables {
    sqs = { queue_arn = "arn:aws:sqs:eu-central-1:123456789012:orders", maximum_concurrency = 1 }
  }

  expect_failures = [var.sqs]
}

run "rejects_tags_1" {
  command = plan

  variables {
    tags = { "aws:a" = "x" }
  }

  expect_failures = [var.tags]
}

run "rejects_tags_2" {
  command = plan

  variables {
    tags = { for n in range(51) : tostring(n) => "x" }
  }

  expect_failures = [var.tags]
}
