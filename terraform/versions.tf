terraform {
  # 1.10 can lock the state by a file in the bucket.
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.32, < 7"
    }
  }

  # `terraform init -backend-config=bucket=…` sets the bucket. Every other function in the same
  # bucket needs a separate key: `-backend-config=key=NAME/terraform.tfstate`.
  backend "s3" {
    key          = "barelambda/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
