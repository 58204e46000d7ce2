output "function_name" {
  description = "Name of the function, for `aws lambda invoke --function-name`."
  value       = module.function.function_name
}

output "arn" {
  description = "ARN of the function, or of the alias if there is one."
  value       = module.function.arn
}

output "invoke_arn" {
  description = "ARN for API Gateway: of the function, or of the alias if there is one."
  value       = module.function.invoke_arn
}

output "code_sha256" {
  description = "SHA-256 of the zip in base64, as CodeSha256 of the Lambda API and `cargo barelambda package` have it."
  value       = module.function.code_sha256
}

output "alias" {
  description = "Name of the alias, or null without one."
  value       = module.function.alias
}

output "version" {
  description = "Version that callers invoke: the number of the published one, or $LATEST without an alias."
  value       = module.function.version
}

output "url" {
  description = "URL of the function, or null without one."
  value       = module.function.url
}

output "log_group_name" {
  description = "Name of the log group, for `aws logs tail`."
  value       = module.function.log_group_name
}

output "role_name" {
  description = "Name of the function's role, for custom policies."
  value       = module.function.role_name
}

output "role_arn" {
  description = "ARN of the function's role, for resource policies that allow it."
  value       = module.function.role_arn
}
