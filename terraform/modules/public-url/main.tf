# The second permission of a public function URL: everybody may invoke the function, but only by its
# URL. https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
resource "aws_lambda_permission" "this" {
  #checkov:skip=CKV_AWS_301:the condition limits it to the URL, which is public
  statement_id             = "EverybodyInvokeFunction"
  action                   = "lambda:InvokeFunction"
  principal                = "*"
  function_name            = var.function_name
  qualifier                = var.qualifier
  invoked_via_function_url = true
}
