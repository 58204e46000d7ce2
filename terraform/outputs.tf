output "function_name" {
  description = "Name of the function, for `aws lambda invoke --function-name`."
  value       = module.function.function_name
}

output "arn" {
  description = "ARN of the function; with an alias, of the alias."
  value       = module.function.arn
}

output "invoke_arn" {
  description = "ARN for API Gateway; with an alias, of the alias."
  value       = module.function.invoke_arn
}

output "code_sha256" {
  description = "SHA-256 of the zip in base64: CodeSha256 of the Lambda API, and what `cargo barelambda package` prints."
  value       = module.function.code_sha256
}

output "alias" {
  description = "Name of the alias; null without one."
  value       = module.function.alias
}

output "version" {
  description = "Version that callers get: the number of the published one, $LATEST without an alias."
  value       = module.function.version
}

output "url" {
  description = "URL of the function; null without one."
  value       = module.function.url
}

output "log_group_name" {
  description = "Name of the log group, for `aws logs tail`."
  value       = module.function.log_group_name
}

output "role_name" {
  description = "Name of the function's role, for policies of your own."
  value       = module.function.role_name
}

output "role_arn" {
  description = "ARN of the function's role, for what names who may call it."
  value       = module.function.role_arn
}
