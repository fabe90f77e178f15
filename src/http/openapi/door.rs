//! `GET /openapi.json`.

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::Document;

/// `GET /openapi.json`: the document.
pub async fn document(document: Data<Document>, request: HttpRequest) -> HttpResponse {
    document.fixed().answer(&request)
}
