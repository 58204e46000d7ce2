output "function_name" {
  description = "Name of the function, for `aws lambda invoke --function-name`."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "ARN of the function, or of the alias if there is one."
  value       = coalesce(one(aws_lambda_alias.this[*].arn), aws_lambda_function.this.arn)
}

output "invoke_arn" {
  description = "ARN for API Gateway: of the function, or of the alias if there is one."
  value       = coalesce(one(aws_lambda_alias.this[*].invoke_arn), aws_lambda_function.this.invoke_arn)
}

output "code_sha256" {
  description = "SHA-256 of the zip in base64, as CodeSha256 of the Lambda API and `cargo barelambda package` have it."
  value       = aws_lambda_function.this.source_code_hash
}

output "alias" {
  description = "Name of the alias, or null without one."
  value       = one(aws_lambda_alias.this[*].name)
}

output "version" {
  description = "Version that callers invoke: the number of the published one, or $LATEST without an alias."
  value       = aws_lambda_function.this.version
}

output "url" {
  description = "URL of the function, or null without one."
  value       = one(aws_lambda_function_url.this[*].function_url)
}

output "log_group_name" {
  description = "Name of the log group, for `aws logs tail`."
  value       = aws_cloudwatch_log_group.this.name
}

output "role_name" {
  description = "Name of the function's role, for custom policies."
  value       = aws_iam_role.this.name
}

output "role_arn" {
  description = "ARN of the function's role, for resource policies that allow it."
  value       = aws_iam_role.this.arn
}
