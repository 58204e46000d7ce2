# All functions of a run of `cargo bare bench aws`. Each is an instance of this repository's module.

variable "variants" {
  description = "The functions by name."
  type = map(object({
    zip          = string
    architecture = string
    memory       = number
    handler      = string
    environment  = map(string)
  }))
}

variable "timeout" {
  description = "Timeout of each function in seconds."
  type        = number
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
}

module "variant" {
  source   = "./function"
  for_each = var.variants

  name               = each.key
  description        = "Created by cargo bare bench aws, and only needed while it runs"
  zip                = each.value.zip
  architecture       = each.value.architecture
  memory             = each.value.memory
  handler            = each.value.handler
  environment        = each.value.environment
  timeout            = var.timeout
  log_format         = "Text"
  log_retention_days = 1
  tags               = var.tags
}
