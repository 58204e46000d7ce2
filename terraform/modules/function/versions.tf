terraform {
  # 1.9: a validation may look at other variables.
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The first with `logging_config`.
      version = ">= 5.32"
    }
  }
}
