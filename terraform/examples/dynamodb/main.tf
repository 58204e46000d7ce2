# Counts the requests to each path of a URL in a table. Run from this folder, after `cargo bare
# package dynamodb` in the repository's root:
#
#   terraform init && terraform apply
#   curl "$(terraform output -raw url)some/path"

terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.32"
    }
  }
}

variable "zip" {
  description = "Path of the zip, from this folder."
  type        = string
  default     = "../../../dist/dynamodb-arm64.zip"
  nullable    = false

  validation {
    condition     = try(fileexists(var.zip), false)
    error_message = "There is no file \"${var.zip}\". Run `cargo bare package dynamodb` in the repository's root."
  }
}

resource "aws_dynamodb_table" "counters" {
  #checkov:skip=CKV_AWS_28:backups cost money, and the counter of an example isn't worth it
  #checkov:skip=CKV_AWS_119:DynamoDB encrypts with its own key; a KMS key costs money and is the account's choice
  name         = "counters"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "name"

  attribute {
    name = "name"
    type = "S"
  }
}

module "function" {
  source = "../../modules/function"

  name        = "dynamodb-counter"
  zip         = var.zip
  environment = { TABLE = aws_dynamodb_table.counters.name }

  # The only call of the function, on the only table.
  policy_statements = [{
    actions   = ["dynamodb:UpdateItem"]
    resources = [aws_dynamodb_table.counters.arn]
  }]

  # The URL is public. Without `auth`, requests must be signed.
  url = { auth = "NONE" }
}

output "function_name" {
  description = "Name of the function."
  value       = module.function.function_name
}

output "table_name" {
  description = "Name of the table, for `aws dynamodb scan`."
  value       = aws_dynamodb_table.counters.name
}

output "url" {
  description = "URL of the function."
  value       = module.function.url
}
