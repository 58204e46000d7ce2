//! Application Load Balancers.

use super::field::Look;
use super::http::{Headers, HttpRequest, Parameters, ReadOnce};
use super::object::object;
use crate::json::RawJson;

object! {
    /// A request to an Application Load Balancer whose target is the function (AWS: [Use Lambda
    /// functions as targets of an Application Load Balancer][1]).
    ///
    /// [`Event::http`](crate::Event::http) returns it with its body. A target group with "multi
    /// value headers" sends `multiValueHeaders` and `multiValueQueryStringParameters` instead of
    /// `headers` and `queryStringParameters`; [`HttpRequest::header`] and [`HttpRequest::query`]
    /// search those that are present.
    ///
    /// The path and the query parameters are still URL-encoded, as the client sent them: see
    /// [`url_decode`](super::url_decode).
    ///
    /// ```json
    /// {
    ///   "requestContext": {"elb": {"targetGroupArn":
    ///     "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/orders/6d0ecf831eec9f09"}},
    ///   "httpMethod": "GET", "path": "/orders", "queryStringParameters": {"name": "caf%C3%A9"},
    ///   "headers": {"accept": "*/*", "x-forwarded-for": "203.0.113.17"},
    ///   "body": "", "isBase64Encoded": false
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
    pub struct Request<'a> {
        on demand
        /// The method: `GET`, `POST` and so on.
        pub http_method: &'a str = "httpMethod",
        /// The path of the request.
        pub path: &'a str = "path",
        /// The load balancer. See [`target_group_arn`](Self::target_group_arn).
        pub request_context: RawJson<'a> = "requestContext",
        /// The query parameters, still URL-encoded, each with its last value.
        pub query_string_parameters: Parameters<'a> = "queryStringParameters",
        /// The query parameters, still URL-encoded, each with all its values.
        pub multi_value_query_string_parameters: Parameters<'a> = "multiValueQueryStringParameters",
        /// The header fields, each with all its values.
        pub multi_value_headers: Headers<'a> = "multiValueHeaders",
        in place
        /// The body, the method and the path.
        once: ReadOnce<'a> = "body" or Default as request,
    }
}

impl<'a> Request<'a> {
    /// Returns the ARN of the target group.
    pub fn target_group_arn(&self) -> Option<&'a str> {
        self.request_context().get("elb").get("targetGroupArn").as_str()
    }
}

impl<'a> HttpRequest<'a> for Request<'a> {
    fn method(&self) -> &'a str {
        self.once.method
    }

    /// Returns the path, still URL-encoded.
    fn path(&self) -> &'a str {
        self.once.path
    }

    /// Returns [`multi_value_headers`](Request::multi_value_headers), or the field `headers` if
    /// they are empty.
    fn headers(&self) -> Headers<'a> {
        self.multi_value_headers().or(self.get("headers").into())
    }

    /// Returns
    /// [`multi_value_query_string_parameters`](Request::multi_value_query_string_parameters), or
    /// [`query_string_parameters`](Request::query_string_parameters) if the former are empty. They
    /// are still URL-encoded.
    fn query_parameters(&self) -> Parameters<'a> {
        self.multi_value_query_string_parameters().or(self.query_string_parameters())
    }

    fn is_base64_encoded(&self) -> bool {
        Look::look(self.get("isBase64Encoded"))
    }

    fn find_line(&self) -> [&'a str; 2] {
        [self.http_method(), Self::path(self)]
    }

    fn read_once(&mut self) -> &mut ReadOnce<'a> {
        &mut self.once
    }
}
