# All functions of one run of `cargo bare bench aws`, each made of this repository's module.

variable "variants" {
  description = "By the name of the function."
  type = map(object({
    zip          = string
    architecture = string
    memory       = number
    handler      = string
    environment  = map(string)
  }))
}

variable "timeout" {
  description = "Of each function, in seconds."
  type        = number
}

variable "tags" {
  description = "Of everything that can have some."
  type        = map(string)
}

module "variant" {
  source   = "./function"
  for_each = var.variants

  name               = each.key
  description        = "Made by cargo bare bench aws, and not needed after it"
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
