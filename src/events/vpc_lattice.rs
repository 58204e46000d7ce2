//! Target groups of VPC Lattice.

use super::field::Look;
use super::http::{Headers, HttpRequest, Parameters, ReadOnce};
use super::object::object;
use crate::json::RawJson;

object! {
    /// A request with event structure version V2 (AWS: [Lambda functions as targets in VPC
    /// Lattice][1]).
    ///
    /// [`Event::http`](crate::Event::http) returns it with its body. Respond with
    /// [`Responder::http`](crate::Responder::http).
    ///
    /// ```json
    /// {
    ///   "version": "2.0", "path": "/orders", "method": "POST", "headers": {"accept": ["*/*"]},
    ///   "queryStringParameters": {"tag": ["a", "b"]}, "body": "{}", "isBase64Encoded": false,
    ///   "requestContext": {
    ///     "serviceNetworkArn": "arn:aws:vpc-lattice:…", "serviceArn": "arn:aws:vpc-lattice:…", "targetGroupArn": "arn:aws:vpc-lattice:…",
    ///     "region": "eu-central-1", "timeEpoch": "1727176112345678",
    ///     "identity": {"sourceVpcArn": "arn:aws:ec2:…", "type": "AWS_IAM", "principal": "arn:aws:iam::123456789012:role/caller"}
    ///   }
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
    pub struct Request<'a> {
        on demand
        /// `2.0`.
        pub version: &'a str = "version",
        /// VPC Lattice's metadata of the request.
        pub request_context: RequestContext<'a> = "requestContext",
        in place
        /// The body, the method and the path.
        once: ReadOnce<'a> = "body" or Default as request,
    }
}

object! {
    /// VPC Lattice's metadata of a request.
    pub struct RequestContext<'a> {
        on demand
        /// The ARN of the service network.
        pub service_network_arn: &'a str = "serviceNetworkArn",
        /// The ARN of the service.
        pub service_arn: &'a str = "serviceArn",
        /// The ARN of the target group.
        pub target_group_arn: &'a str = "targetGroupArn",
        /// The region of the service.
        pub region: &'a str = "region",
        /// The time of the request, in microseconds since 1970-01-01 UTC.
        pub time_epoch: u64 = "timeEpoch",
        /// The caller: `sourceVpcArn`, and with authorization `type`, `principal` and others.
        pub identity: RawJson<'a> = "identity",
    }
}

impl<'a> HttpRequest<'a> for Request<'a> {
    fn method(&self) -> &'a str {
        self.once.method
    }

    /// Returns the path, still URL-encoded, with the query.
    fn path(&self) -> &'a str {
        self.once.path
    }

    fn headers(&self) -> Headers<'a> {
        self.get("headers").into()
    }

    fn query_parameters(&self) -> Parameters<'a> {
        self.get("queryStringParameters").into()
    }

    fn is_base64_encoded(&self) -> bool {
        Look::look(self.get("isBase64Encoded"))
    }

    fn find_line(&self) -> [&'a str; 2] {
        [Look::look(self.get("method")), Look::look(self.get("path"))]
    }

    fn read_once(&mut self) -> &mut ReadOnce<'a> {
        &mut self.once
    }
}

object! {
    /// A request with event structure version V1, whose names have underscores (AWS: [Lambda
    /// functions as targets in VPC Lattice][1]).
    ///
    /// ```json
    /// {
    ///   "raw_path": "/orders?tag=a", "method": "POST", "headers": {"accept": "*/*"}, "query_string_parameters": {"tag": "a"},
    ///   "body": "{}", "is_base64_encoded": false
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
    pub struct RequestV1<'a> {
        in place
        /// The body, the method and the path.
        once: ReadOnce<'a> = "body" or Default as request,
    }
}

impl<'a> HttpRequest<'a> for RequestV1<'a> {
    fn method(&self) -> &'a str {
        self.once.method
    }

    /// Returns the path, still URL-encoded, with the query.
    fn path(&self) -> &'a str {
        self.once.path
    }

    /// Returns the header fields. Multiple values of one name are joined by commas.
    fn headers(&self) -> Headers<'a> {
        self.get("headers").into()
    }

    fn query_parameters(&self) -> Parameters<'a> {
        self.get("query_string_parameters").into()
    }

    fn is_base64_encoded(&self) -> bool {
        Look::look(self.get("is_base64_encoded"))
    }

    fn find_line(&self) -> [&'a str; 2] {
        [Look::look(self.get("method")), Look::look(self.get("raw_path"))]
    }

    fn read_once(&mut self) -> &mut ReadOnce<'a> {
        &mut self.once
    }
}
