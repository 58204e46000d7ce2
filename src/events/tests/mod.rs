mod http;
mod records;
