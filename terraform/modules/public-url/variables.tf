variable "function_name" {
  description = "Name of the function: the output function_name of the module function."
  type        = string
  nullable    = false
}

variable "qualifier" {
  description = "The alias that the URL belongs to, or null if the function has none: the module's variable alias."
  type        = string
  default     = null
}
