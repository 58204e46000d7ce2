# A queue, a function that handles its messages in batches, and a queue for messages that have
# failed five times. Run from this folder, after `cargo bare package sqs_batch` in the repository's
# root:
#
#   terraform init && terraform apply
#   aws sqs send-message --queue-url "$(terraform output -raw queue_url)" --message-body '{"item":"tea","quantity":2}'

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.32, < 7"
    }
  }
}

variable "zip" {
  description = "Path of the zip, from this folder."
  type        = string
  default     = "../../../dist/sqs_batch-arm64.zip"
  nullable    = false

  validation {
    condition     = try(fileexists(var.zip), false)
    error_message = "There is no file \"${var.zip}\". Run `cargo bare package sqs_batch` in the repository's root."
  }
}

locals {
  timeout = 30
}

resource "aws_sqs_queue" "failed" {
  name                      = "orders-failed"
  message_retention_seconds = 14 * 24 * 60 * 60
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue" "orders" {
  name                    = "orders"
  sqs_managed_sse_enabled = true

  # AWS recommends six times the function's timeout, so that a throttled batch can be retried.
  visibility_timeout_seconds = 6 * local.timeout

  # A message moves there after the fifth attempt.
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.failed.arn, maxReceiveCount = 5 })
}

module "function" {
  source = "../../modules/function"

  name    = "sqs-consumer"
  zip     = var.zip
  timeout = local.timeout

  # The response lists the failed messages, and only those are retried.
  sqs = {
    queue_arn           = aws_sqs_queue.orders.arn
    batch_size          = 100
    batch_window        = 1
    maximum_concurrency = 5
  }
}

output "function_name" {
  description = "Name of the function."
  value       = module.function.function_name
}

output "queue_url" {
  description = "URL of the queue, for `aws sqs send-message`."
  value       = aws_sqs_queue.orders.url
}

output "failed_queue_url" {
  description = "URL of the queue of failed messages, for `aws sqs receive-message`."
  value       = aws_sqs_queue.failed.url
}
