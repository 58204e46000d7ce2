# One Lambda function on provided.al2023, with its log group, its role, and its event sources.

locals {
  is_public = try(var.url.auth, "AWS_IAM") == "NONE"

  # With an alias, callers invoke only published versions.
  qualifier = one(aws_lambda_alias.this[*].name)

  statements = concat(
    [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${aws_cloudwatch_log_group.this.arn}:log-stream:*"
    }],
    # These two actions don't support resources.
    var.xray ? [{
      Effect   = "Allow"
      Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
      Resource = "*"
    }] : [],
    var.sqs == null ? [] : [{
      Effect   = "Allow"
      Action   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
      Resource = var.sqs.queue_arn
    }],
  )
}

# Lambda would create the group without a retention period, and would need the permission for that.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_158:CloudWatch encrypts with its own key; a KMS key costs money and is the account's choice
  #checkov:skip=CKV_AWS_338:the retention period is the user's choice, by log_retention_days
  name              = "/aws/lambda/${var.name}"
  retention_in_days = var.log_retention_days
  tags              = var.tags
}

resource "aws_iam_role" "this" {
  # A prefix allows the same function in several regions, since names of roles are unique in an
  # account. The limit is 38 characters.
  name_prefix = "${substr(var.name, 0, 37)}-"
  description = "Permissions of the Lambda function ${var.name}"
  tags        = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name   = "function"
  role   = aws_iam_role.this.id
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}

# A separate policy, since its resources may be known only after an apply.
resource "aws_iam_role_policy" "statements" {
  count = length(var.policy_statements) == 0 ? 0 : 1

  name = "statements"
  role = aws_iam_role.this.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [for statement in var.policy_statements : {
      for name, value in {
        Sid       = statement.sid
        Effect    = "Allow"
        Action    = statement.actions
        Resource  = statement.resources
        Condition = length(statement.conditions) == 0 ? null : statement.conditions
      } : name => value if value != null
    }]
  })
}

# `count`, because ARNs that are known only after an apply can't be keys of `for_each`.
resource "aws_iam_role_policy_attachment" "this" {
  count = length(var.policy_arns)

  role       = aws_iam_role.this.name
  policy_arn = var.policy_arns[count.index]
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_50:X-Ray costs money and is an option, xray
  #checkov:skip=CKV_AWS_115:reserved concurrency is taken from the account's other functions and is an option, reserved_concurrency
  #checkov:skip=CKV_AWS_116:only asynchronous invocations use a dead-letter queue, and this stack has none; a queue has its own
  #checkov:skip=CKV_AWS_117:a VPC needs subnets and a NAT gateway, which only functions that call something in it need
  #checkov:skip=CKV_AWS_173:Lambda encrypts the environment with its own key; it is not for secrets
  #checkov:skip=CKV_AWS_272:code signing needs a signing profile of the account; source_code_hash binds the code to the zip
  function_name                  = var.name
  description                    = var.description
  role                           = aws_iam_role.this.arn
  runtime                        = "provided.al2023"
  architectures                  = [var.architecture]
  handler                        = var.handler
  filename                       = var.zip
  source_code_hash               = filebase64sha256(var.zip)
  memory_size                    = var.memory
  timeout                        = var.timeout
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)
  publish                        = var.alias != null
  tags                           = var.tags

  dynamic "environment" {
    for_each = length(var.environment) == 0 ? [] : [var.environment]

    content {
      variables = environment.value
    }
  }

  logging_config {
    log_group             = aws_cloudwatch_log_group.this.name
    log_format            = var.log_format
    application_log_level = var.application_log_level
    system_log_level      = var.system_log_level
  }

  tracing_config {
    mode = var.xray ? "Active" : "PassThrough"
  }

  # Without the policies, the first invocations couldn't log or call what they use.
  depends_on = [aws_iam_role_policy.this, aws_iam_role_policy.statements]
}

resource "aws_lambda_alias" "this" {
  count = var.alias == null ? 0 : 1

  name             = var.alias
  description      = "The newest version"
  function_name    = aws_lambda_function.this.function_name
  function_version = aws_lambda_function.this.version
}

resource "aws_lambda_function_url" "this" {
  #checkov:skip=CKV_AWS_258:AWS_IAM is the default, and NONE must be set explicitly, by url.auth
  count = var.url == null ? 0 : 1

  function_name      = aws_lambda_function.this.function_name
  qualifier          = local.qualifier
  authorization_type = var.url.auth
  invoke_mode        = var.url.invoke_mode

  dynamic "cors" {
    for_each = var.url.cors == null ? [] : [var.url.cors]

    content {
      allow_origins     = cors.value.allow_origins
      allow_methods     = cors.value.allow_methods
      allow_headers     = cors.value.allow_headers
      expose_headers    = cors.value.expose_headers
      allow_credentials = cors.value.allow_credentials
      max_age           = cors.value.max_age
    }
  }
}

# The first of the two permissions that a public URL needs since October 2025. The second one must
# be limited to calls by the URL. Otherwise, any AWS account could call the Invoke API. The provider
# can express that only from version 6.29 on: modules/public-url.
# https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
resource "aws_lambda_permission" "url" {
  #checkov:skip=CKV_AWS_301:only with url.auth NONE, which makes the URL public
  count = local.is_public ? 1 : 0

  statement_id           = "EverybodyInvokeFunctionUrl"
  action                 = "lambda:InvokeFunctionUrl"
  principal              = "*"
  function_name          = aws_lambda_function.this.function_name
  qualifier              = local.qualifier
  function_url_auth_type = "NONE"
}

check "public_url" {
  assert {
    condition     = !local.is_public || try(var.url.has_invoke_permission, false)
    error_message = "A public URL responds with 403 unless the function also has the permission lambda:InvokeFunction for calls by the URL. Add the module public-url, which needs version 6.29 of the AWS provider, and set url.has_invoke_permission."
  }
}

resource "aws_lambda_event_source_mapping" "sqs" {
  count = var.sqs == null ? 0 : 1

  event_source_arn                   = var.sqs.queue_arn
  function_name                      = coalesce(one(aws_lambda_alias.this[*].arn), aws_lambda_function.this.arn)
  batch_size                         = var.sqs.batch_size
  maximum_batching_window_in_seconds = var.sqs.batch_window
  function_response_types            = ["ReportBatchItemFailures"]
  tags                               = var.tags

  dynamic "scaling_config" {
    for_each = var.sqs.maximum_concurrency == null ? [] : [var.sqs.maximum_concurrency]

    content {
      maximum_concurrency = scaling_config.value
    }
  }

  # Lambda checks that the role may read the queue.
  depends_on = [aws_iam_role_policy.this]
}
