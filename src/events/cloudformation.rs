//! Custom resources of CloudFormation.

use serde::Serialize;

use super::object::object;
use crate::json::RawJson;

object! {
    /// A request of a custom resource (AWS: [Custom resource request objects][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json). CloudFormation ignores the response of the
    /// invocation: it waits for a [`Response`] that is sent with PUT to the
    /// [`response_url`](Self::response_url), without a header field Content-Type.
    /// `responder.json(&response)` is the whole answer only for a provider of the CDK's provider
    /// framework, which sends it on.
    ///
    /// ```json
    /// {
    ///   "RequestType": "Create", "RequestId": "82304eb2-bdda-4f0a-8c1e-0123456789ab", "ResponseURL": "https://…",
    ///   "StackId": "arn:aws:cloudformation:eu-central-1:123456789012:stack/shop/5c1d2e3f", "ResourceType": "Custom::Table",
    ///   "LogicalResourceId": "Orders", "ServiceToken": "arn:aws:lambda:…", "ResourceProperties": {"Name": "orders"}
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requests.html
    pub struct Request<'a> {
        /// `Create`, `Update` or `Delete`.
        pub request_type: &'a str = "RequestType",
        /// The id of the request.
        pub request_id: &'a str = "RequestId",
        /// The ARN of the stack.
        pub stack_id: &'a str = "StackId",
        /// The name of the resource in the template.
        pub logical_resource_id: &'a str = "LogicalResourceId",
        on demand
        /// Where the answer is sent: a presigned URL of S3. The CDK's provider framework leaves it
        /// out.
        pub response_url: Option<&'a str> = "ResponseURL",
        /// The type in the template, for example `Custom::Table`.
        pub resource_type: &'a str = "ResourceType",
        /// The id that the function chose, for an update or a deletion.
        pub physical_resource_id: Option<&'a str> = "PhysicalResourceId",
        /// The ARN of the function or topic.
        pub service_token: &'a str = "ServiceToken",
        /// The properties in the template. CloudFormation sends numbers and booleans as strings.
        pub resource_properties: RawJson<'a> = "ResourceProperties",
        /// The properties before an update.
        pub old_resource_properties: RawJson<'a> = "OldResourceProperties",
    }
}

impl<'a> Request<'a> {
    /// Returns the answer that the request succeeded. The physical id identifies the resource: if
    /// an update changes it, CloudFormation deletes the resource with the old one.
    pub const fn success(&self, physical_resource_id: &'a str) -> Response<'a> {
        self.answer("SUCCESS", None, physical_resource_id)
    }

    /// Returns the answer that the request failed, and why.
    pub const fn failure(&self, physical_resource_id: &'a str, reason: &'a str) -> Response<'a> {
        self.answer("FAILED", Some(reason), physical_resource_id)
    }

    const fn answer(
        &self,
        status: &'static str,
        reason: Option<&'a str>,
        physical_resource_id: &'a str,
    ) -> Response<'a> {
        Response {
            status,
            reason,
            physical_resource_id,
            stack_id: self.stack_id,
            request_id: self.request_id,
            logical_resource_id: self.logical_resource_id,
            no_echo: false,
            data: None,
        }
    }
}

/// The answer to a [`Request`] (AWS: [Custom resource response objects][1]). It is at most 4,096
/// bytes long. `D` is the type of the attributes that the template can read with `Fn::GetAtt`.
///
/// ```
/// use barelambda::events::cloudformation::Request;
/// use barelambda::json;
///
/// # let mut text = *br#"{"RequestType":"Create","RequestId":"1","StackId":"s","LogicalResourceId":"Orders","ResponseURL":"https://x"}"#;
/// let request: Request = json::from_slice(&mut text)?;
/// let response = request.success("orders-table");
/// let mut buffer = [0; 4096];
/// // This is the body of the PUT request to `request.response_url()`.
/// let body = json::to_slice(&response, &mut buffer)?;
/// # assert!(body.starts_with(b"{\"Status\":\"SUCCESS\",\"PhysicalResourceId\":\"orders-table\""));
/// # Ok::<(), barelambda::Error>(())
/// ```
///
/// [1]: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
#[derive(Copy, Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response<'a, D = ()> {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
    no_echo: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<D>,
}

impl<'a> Response<'a> {
    /// Adds attributes, which the template can read with `Fn::GetAtt`.
    pub fn data<D: Serialize>(self, data: D) -> Response<'a, D> {
        Response {
            status: self.status,
            reason: self.reason,
            physical_resource_id: self.physical_resource_id,
            stack_id: self.stack_id,
            request_id: self.request_id,
            logical_resource_id: self.logical_resource_id,
            no_echo: self.no_echo,
            data: Some(data),
        }
    }
}

impl<D> Response<'_, D> {
    /// Masks the attributes where CloudFormation shows them.
    pub fn no_echo(self) -> Self {
        Self { no_echo: true, ..self }
    }
}
