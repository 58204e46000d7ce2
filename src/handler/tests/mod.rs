mod http_response;
