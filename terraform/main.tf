# The stack of one function. Variables set everything, so this file needs no changes.

module "function" {
  source = "./modules/function"

  name                  = var.name
  zip                   = var.zip
  handler               = var.handler
  description           = var.description
  architecture          = var.architecture
  memory                = var.memory
  timeout               = var.timeout
  environment           = var.environment
  log_retention_days    = var.log_retention_days
  log_format            = var.log_format
  application_log_level = var.application_log_level
  system_log_level      = var.system_log_level
  policy_arns           = var.policy_arns
  policy_statements     = var.policy_statements
  url                   = var.url
  xray                  = var.xray
  reserved_concurrency  = var.reserved_concurrency
  alias                 = var.alias
  sqs                   = var.sqs
  tags                  = var.tags
}
