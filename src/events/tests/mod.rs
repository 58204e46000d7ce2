mod http;
mod records;
mod records_in_place;
