terraform {
  # In 1.9, a validation can refer to other variables.
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The first version with `logging_config`. The next major version may change what this uses.
      version = ">= 5.32, < 7"
    }
  }
}
