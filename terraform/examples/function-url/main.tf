# Says hello at a URL. Run from this folder, after `cargo bare package function_url` in the
# repository's root:
#
#   terraform init && terraform apply
#   curl "$(terraform output -raw url)?name=Ada"

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
  default     = "../../../dist/function_url-arm64.zip"
  nullable    = false

  validation {
    condition     = try(fileexists(var.zip), false)
    error_message = "There is no file \"${var.zip}\". Run `cargo bare package function_url` in the repository's root."
  }
}

module "function" {
  source = "../../modules/function"

  name = "function-url"
  zip  = var.zip

  # The URL is public, and browsers may call it from pages of one site. Without `auth`, requests
  # must be signed.
  url = {
    auth = "NONE"
    cors = {
      allow_origins = ["https://example.com"]
      allow_methods = ["GET", "POST"]
      allow_headers = ["content-type"]
      max_age       = 3600
    }
  }
}

output "function_name" {
  description = "Name of the function."
  value       = module.function.function_name
}

output "url" {
  description = "URL of the function."
  value       = module.function.url
}
