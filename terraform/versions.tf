terraform {
  # 1.10: the state is locked by a file beside it in the bucket.
  required_version = ">= 1.10"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.32"
    }
  }

  # The bucket comes by `terraform init -backend-config=bucket=…`. Each further function in the same bucket needs a key of its own:
  # `-backend-config=key=NAME/terraform.tfstate`.
  backend "s3" {
    key          = "barelambda/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
