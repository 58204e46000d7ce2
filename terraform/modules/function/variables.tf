variable "name" {
  description = "Name of the function. Its log group is /aws/lambda/NAME, and its role's name begins with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,64}$", var.name))
    error_message = "name is \"${var.name}\". Use 1 to 64 letters, digits, hyphens and underscores."
  }
}

variable "zip" {
  description = "Path of the zip from `cargo barelambda package`. A relative path is relative to the stack's folder."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("\\.zip$", var.zip))
    error_message = "zip is \"${var.zip}\". Set it to the path of a .zip file, such as dist/hello-arm64.zip."
  }

  validation {
    condition     = try(fileexists(var.zip), false)
    error_message = "There is no file \"${var.zip}\". Run `cargo barelambda package`, and set zip to the path that it prints."
  }
}

variable "handler" {
  description = "Value of _HANDLER. Only the bootstrap `exec` reads it, as the path of the program that it runs."
  type        = string
  default     = "bootstrap"
  nullable    = false

  validation {
    condition     = can(regex("^[^\\s]{1,128}$", var.handler))
    error_message = "handler is \"${var.handler}\". Use 1 to 128 characters without white space, such as handler.sh."
  }
}

variable "description" {
  description = "Description of the function, up to 256 characters."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.description) <= 256
    error_message = "description has ${length(var.description)} characters. Use at most 256."
  }
}

variable "architecture" {
  description = "Lambda's name of the zip's architecture: arm64 or x86_64."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is \"${var.architecture}\". Use arm64 or x86_64."
  }

  # The file names are those of `cargo barelambda package`. Lambda would report the error only at
  # the first invocation.
  validation {
    condition = alltrue([
      for other in ["arm64", "x86_64"] : other == var.architecture || !endswith(coalesce(var.zip, "-"), "-${other}.zip")
    ])
    error_message = "architecture is \"${var.architecture}\", and ${basename(var.zip)} is for the other one. Set architecture to the zip's, or run `cargo barelambda package --arch ${var.architecture}`."
  }
}

variable "memory" {
  description = "Memory in MB, from 128 to 10240. Processor time is proportional to it."
  type        = number
  default     = 128
  nullable    = false

  validation {
    condition     = var.memory >= 128 && var.memory <= 10240 && floor(var.memory) == var.memory
    error_message = "memory is ${var.memory}. Use a whole number of MB from 128 to 10240."
  }
}

variable "timeout" {
  description = "Timeout of an invocation in seconds, from 1 to 900."
  type        = number
  default     = 10
  nullable    = false

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "timeout is ${var.timeout}. Use a whole number of seconds from 1 to 900."
  }
}

variable "environment" {
  description = "Environment variables of the function. Don't use them for secrets, since Terraform's state contains them."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key in keys(var.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", key))])
    error_message = "environment has the names ${join(", ", keys(var.environment))}. Begin each with a letter, and use at least two letters, digits and underscores."
  }

  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
  validation {
    condition = length(setintersection(keys(var.environment), [
      "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
      "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
      "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
      "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
    ])) == 0
    error_message = "environment has the names ${join(", ", keys(var.environment))}, and Lambda sets one of them itself. Remove the names that begin with AWS_ or LAMBDA_ and are Lambda's."
  }

  validation {
    condition     = length(jsonencode(var.environment)) <= 4096
    error_message = "environment is ${length(jsonencode(var.environment))} bytes as JSON. Lambda's limit is 4096. Put the rest into the zip (cargo barelambda package --include FILE)."
  }
}

variable "log_retention_days" {
  description = "Days that CloudWatch keeps the log, or 0 to keep it forever."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition = contains([
      0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ], var.log_retention_days)
    error_message = "log_retention_days is ${var.log_retention_days}. Use 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653, or 0 to keep the log forever."
  }
}

variable "log_format" {
  description = "Format of Lambda's own log lines, and the value of AWS_LAMBDA_LOG_FORMAT: JSON or Text."
  type        = string
  default     = "JSON"
  nullable    = false

  validation {
    condition     = contains(["JSON", "Text"], var.log_format)
    error_message = "log_format is \"${var.log_format}\". Use JSON or Text."
  }
}

variable "application_log_level" {
  description = "Lowest level of the function's log lines that Lambda keeps, and the value of AWS_LAMBDA_LOG_LEVEL: TRACE, DEBUG, INFO, WARN, ERROR or FATAL. Lambda's default for null is INFO. Needs log_format JSON."
  type        = string
  default     = null

  validation {
    condition     = var.application_log_level == null || contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], coalesce(var.application_log_level, "none"))
    error_message = "application_log_level is \"${coalesce(var.application_log_level, "null")}\". Use TRACE, DEBUG, INFO, WARN, ERROR or FATAL."
  }

  validation {
    condition     = var.application_log_level == null || var.log_format == "JSON"
    error_message = "application_log_level needs log_format JSON, which is \"${var.log_format}\". Set log_format to JSON, or remove the level."
  }
}

variable "system_log_level" {
  description = "Lowest level of Lambda's own log lines that it keeps: DEBUG, INFO or WARN. Lambda's default for null is INFO. Needs log_format JSON."
  type        = string
  default     = null

  validation {
    condition     = var.system_log_level == null || contains(["DEBUG", "INFO", "WARN"], coalesce(var.system_log_level, "none"))
    error_message = "system_log_level is \"${coalesce(var.system_log_level, "null")}\". Use DEBUG, INFO or WARN."
  }

  validation {
    condition     = var.system_log_level == null || var.log_format == "JSON"
    error_message = "system_log_level needs log_format JSON, which is \"${var.log_format}\". Set log_format to JSON, or remove the level."
  }
}

variable "policy_arns" {
  description = "ARNs of additional policies for the function's role, for the AWS services that it calls."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.policy_arns : can(regex("^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/", arn))])
    error_message = "policy_arns is ${jsonencode(var.policy_arns)}. Use ARNs of IAM policies, such as arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess."
  }
}

variable "policy_statements" {
  description = "Statements that allow the function's role what it does with other AWS services, each with actions, the ARNs of resources, and optionally a sid and conditions (operator, then key, then values, as in IAM's JSON)."
  type = list(object({
    sid        = optional(string)
    actions    = list(string)
    resources  = list(string)
    conditions = optional(map(map(list(string))), {})
  }))
  default  = []
  nullable = false

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
  validation {
    condition     = alltrue([for statement in var.policy_statements : can(regex("^[A-Za-z0-9]*$", coalesce(statement.sid, "none")))])
    error_message = "policy_statements has the sids ${jsonencode(compact(var.policy_statements[*].sid))}. Use letters and digits."
  }

  validation {
    condition     = length(distinct(compact(var.policy_statements[*].sid))) == length(compact(var.policy_statements[*].sid))
    error_message = "policy_statements has the sids ${jsonencode(compact(var.policy_statements[*].sid))}. Use each once."
  }

  # A wildcard for all actions of a service would include those that delete and that grant access.
  validation {
    condition = alltrue([
      for statement in var.policy_statements : length(statement.actions) > 0 && alltrue([
        for action in statement.actions : can(regex("^[a-z0-9-]+:[A-Za-z][A-Za-z0-9]*\\*?$", action))
      ])
    ])
    error_message = "policy_statements has the actions ${jsonencode(var.policy_statements[*].actions)}. Name at least one in each statement, such as dynamodb:UpdateItem, or the beginning of several, such as s3:Get*."
  }

  validation {
    condition = alltrue([
      for statement in var.policy_statements : length(statement.resources) > 0 && alltrue([
        for resource in statement.resources : resource == "*" || can(regex("^arn:[a-z-]+:[a-z0-9-]+:[a-z0-9*-]*:([0-9]{12}|aws|\\*)?:.+$", resource))
      ])
    ])
    error_message = "policy_statements has the resources ${jsonencode(var.policy_statements[*].resources)}. Use at least one ARN in each statement, such as arn:aws:s3:::my-bucket/*, or \"*\" for actions that don't support resources."
  }

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
  validation {
    condition = alltrue(flatten([
      for statement in var.policy_statements : [
        for operator, keys in statement.conditions : concat(
          [can(regex("^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals(IgnoreCase)?|Like)|(Numeric|Date)((Not)?Equals|(Less|Greater)Than(Equals)?)|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?$|^Null$", operator)), length(keys) > 0],
          [for values in keys : length(values) > 0],
        )
      ]
    ]))
    error_message = "policy_statements has the conditions ${jsonencode(var.policy_statements[*].conditions)}. Use an operator of IAM, then a key, then a list of values, such as { StringEquals = { \"aws:SourceVpc\" = [\"vpc-1\"] } }."
  }

  # The limit of all policies in a role, of which the module's own statements need less than 1,024.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = length(jsonencode(var.policy_statements)) <= 9216
    error_message = "policy_statements is ${length(jsonencode(var.policy_statements))} characters as JSON. Use at most 9216, since a role's limit is 10240, or put some into a policy of your own (policy_arns)."
  }
}

variable "url" {
  description = "A URL for the function: null for none, {} for one with IAM authorization. auth: AWS_IAM, or NONE for a public URL, which also needs the module public-url. has_invoke_permission: that it is there. invoke_mode: BUFFERED, or RESPONSE_STREAM for responses that stream. cors: what browsers may do from other sites."
  type = object({
    auth                  = optional(string, "AWS_IAM")
    has_invoke_permission = optional(bool, false)
    invoke_mode           = optional(string, "BUFFERED")
    cors = optional(object({
      allow_origins     = optional(list(string), [])
      allow_methods     = optional(list(string), [])
      allow_headers     = optional(list(string), [])
      expose_headers    = optional(list(string), [])
      allow_credentials = optional(bool, false)
      max_age           = optional(number, 0)
    }))
  })
  default = null

  validation {
    condition     = contains(["AWS_IAM", "NONE"], try(var.url.auth, "AWS_IAM"))
    error_message = "url.auth is \"${try(var.url.auth, "")}\". Use AWS_IAM, which needs signed requests, or NONE, which makes the URL public."
  }

  validation {
    condition     = contains(["BUFFERED", "RESPONSE_STREAM"], try(var.url.invoke_mode, "BUFFERED"))
    error_message = "url.invoke_mode is \"${try(var.url.invoke_mode, "")}\". Use BUFFERED or RESPONSE_STREAM."
  }

  # Lambda allows at most six letters, which excludes OPTIONS, because it responds to OPTIONS
  # itself.
  validation {
    condition     = alltrue([for method in try(var.url.cors.allow_methods, []) : contains(["*", "DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"], method)])
    error_message = "url.cors.allow_methods is ${jsonencode(try(var.url.cors.allow_methods, []))}. Use *, DELETE, GET, HEAD, PATCH, POST and PUT; Lambda responds to OPTIONS itself."
  }

  validation {
    condition     = try(var.url.cors.max_age, null) == null ? true : var.url.cors.max_age >= 0 && var.url.cors.max_age <= 86400
    error_message = "url.cors.max_age is ${try(var.url.cors.max_age, 0)}. Use seconds from 0 to 86400."
  }
}

variable "xray" {
  description = "Whether Lambda traces invocations with X-Ray."
  type        = bool
  default     = false
  nullable    = false
}

variable "reserved_concurrency" {
  description = "Number of concurrent invocations that are reserved for this function, which is also the limit. 0 prevents all invocations, and null reserves nothing."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 0 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency is ${coalesce(var.reserved_concurrency, 0)}. Use a whole number from 0, or null to reserve nothing."
  }
}

variable "alias" {
  description = "Name of an alias, or null for none. With an alias, each change publishes a version, and the alias, the URL and the queue use the newest."
  type        = string
  default     = null

  validation {
    condition     = var.alias == null || can(regex("^[A-Za-z0-9_-]*[A-Za-z_-][A-Za-z0-9_-]*$", var.alias)) && length(coalesce(var.alias, "-")) <= 128
    error_message = "alias is \"${coalesce(var.alias, "null")}\". Use 1 to 128 letters, digits, hyphens and underscores, not digits alone."
  }
}

variable "sqs" {
  description = "A queue whose messages invoke the function, or null for none. The function reports failed messages (ReportBatchItemFailures), and only those are retried. batch_size: limit of messages in one event. batch_window: seconds to wait for them. maximum_concurrency: limit of concurrent invocations. The queue's visibility timeout must be at least the function's timeout. AWS recommends six times that."
  type = object({
    queue_arn           = string
    batch_size          = optional(number, 10)
    batch_window        = optional(number, 0)
    maximum_concurrency = optional(number)
  })
  default = null

  validation {
    condition     = var.sqs == null || can(regex("^arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}(\\.fifo)?$", var.sqs.queue_arn))
    error_message = "sqs.queue_arn is \"${try(var.sqs.queue_arn, "")}\". Use the ARN of a queue, such as arn:aws:sqs:eu-central-1:123456789012:orders."
  }

  validation {
    condition     = try(var.sqs.batch_size >= 1 && var.sqs.batch_size <= 10000 && floor(var.sqs.batch_size) == var.sqs.batch_size, true)
    error_message = "sqs.batch_size is ${try(var.sqs.batch_size, 0)}. Use a whole number from 1 to 10000."
  }

  validation {
    condition     = try(var.sqs.batch_window >= 0 && var.sqs.batch_window <= 300 && floor(var.sqs.batch_window) == var.sqs.batch_window, true)
    error_message = "sqs.batch_window is ${try(var.sqs.batch_window, 0)}. Use a whole number of seconds from 0 to 300."
  }

  validation {
    condition     = try(var.sqs.batch_size <= 10 || var.sqs.batch_window >= 1, true)
    error_message = "sqs.batch_size is ${try(var.sqs.batch_size, 0)}, but without a window Lambda's limit is 10. Set sqs.batch_window to at least 1 second."
  }

  validation {
    condition     = try(!endswith(var.sqs.queue_arn, ".fifo") || var.sqs.batch_size <= 10 && var.sqs.batch_window == 0, true)
    error_message = "The queue is a FIFO queue, for which Lambda's limit is 10 messages without a window. Set sqs.batch_size to 10 or less, and remove sqs.batch_window."
  }

  validation {
    condition     = try(var.sqs.maximum_concurrency, null) == null ? true : var.sqs.maximum_concurrency >= 2 && var.sqs.maximum_concurrency <= 1000 && floor(var.sqs.maximum_concurrency) == var.sqs.maximum_concurrency
    error_message = "sqs.maximum_concurrency is ${try(coalesce(var.sqs.maximum_concurrency), 0)}. Use a whole number from 2 to 1000, or remove it."
  }
}

variable "tags" {
  description = "Tags of all resources that can have tags."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.tags : can(regex("^.{1,128}$", key)) && !startswith(lower(key), "aws:") && length(value) <= 256])
    error_message = "tags is ${jsonencode(var.tags)}. Use keys of 1 to 128 characters that don't begin with aws:, and values of at most 256."
  }

  validation {
    condition     = length(var.tags) <= 50
    error_message = "tags has ${length(var.tags)} entries. AWS's limit is 50."
  }
}
