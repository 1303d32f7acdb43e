//! The guard in front of every operation: finds its row in the policy, who asks, and refuses by default.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use std::future::{Ready, ready};

use crate::actor::Actor;
use crate::app::App;
use crate::error::{Code, Error, Result};

use super::policy::{self, Route, Who};

/// Middleware of `/api/v1`: lets through, or answers 401, 403, 404, 405 or 429.
///
/// # Errors
/// None of its own: a refusal is a response that carries its error.
pub async fn guard<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    match admit(&req).await {
        Ok(()) => Ok(next.call(req).await?.map_into_left_body()),
        Err(refusal) => Ok(req.error_response(refusal).map_into_right_body()),
    }
}

async fn admit(req: &ServiceRequest) -> Result<()> {
    let app = req.app_data::<web::Data<App>>().map(|app| app.get_ref().clone());
    let app = app.ok_or_else(|| Error::internal("no App"))?;
    // What has no row goes no further: the router is never asked about it.
    let rule = match policy::route(req.method(), req.match_info().as_str()) {
        Route::To(rule) => rule,
        Route::Methods(_) => {
            app.limits.check_address(req)?;
            return Err(Error::new(Code::MethodNotAllowed));
        }
        Route::Nowhere => {
            app.limits.check_address(req)?;
            return Err(Error::new(Code::NotFound));
        }
    };
    debug_assert!(
        req.path() != req.match_info().as_str() || req.match_pattern().is_none_or(|p| p == rule.path),
        "the policy leads {} to {}, the router to {:?}",
        req.path(),
        rule.path,
        req.match_pattern()
    );
    req.extensions_mut().insert(rule);
    if rule.op == "auth.login" {
        // Whatever else the caller shows: a token does not make guessing cheaper.
        app.limits.check_sign_in(req)?;
    }
    let Some(token) = bearer(req.request()) else {
        app.limits.check_address(req)?;
        return if rule.who == Who::Public { Ok(()) } else { Err(Error::new(Code::Unauthenticated)) };
    };
    // Checking a token that was not seen before costs work: the address pays for it, and for each that is not good.
    let known = app.keys.knows(token);
    if !known {
        app.limits.check_address(req)?;
    }
    let mut actor = match crate::account::authenticate(&app, token).await {
        Ok(actor) => actor,
        Err(refusal) => {
            if known {
                app.limits.check_address(req)?;
            }
            return Err(refusal);
        }
    };
    actor.request_id = super::envelope::request_id(req.request());
    app.limits.check_account(req, &actor)?;
    if !rule.admits(&actor.roles) {
        return Err(Error::new(Code::Forbidden));
    }
    req.extensions_mut().insert(actor);
    Ok(())
}

fn bearer(req: &HttpRequest) -> Option<&str> {
    let header = req.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequest for Actor {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    /// The actor the guard let through.
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(req.extensions().get::<Self>().cloned().ok_or_else(|| Error::new(Code::Unauthenticated)))
    }
}
