//! Gives the library `isomdl` a line-by-line wire: one JSON order per line in, one JSON answer per line out. Bytes are hexadecimal.
//! A reader keeps its session between `ask` and `hear`, a device its session between `engage` and `answer`.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use anyhow::{anyhow, Context, Result};
use isomdl::cbor;
use isomdl::definitions::device_request::Namespaces as RequestedNamespaces;
use isomdl::definitions::helpers::{NonEmptyMap, NonEmptyVec};
use isomdl::definitions::x509::trust_anchor::{PemTrustAnchor, TrustAnchorRegistry, TrustPurpose};
use isomdl::definitions::x509::validation::ValidationRuleset;
use isomdl::definitions::x509::X5Chain;
use isomdl::definitions::{
    BleOptions, CoseKey, DeviceKeyInfo, DeviceRetrievalMethod, DigestAlgorithm, IssuerSigned, SessionEstablishment,
    ValidityInfo,
};
use isomdl::issuance::Mdoc;
use isomdl::presentation::authentication::mdoc::issuer_authentication;
use isomdl::presentation::device::{Document, Documents, SessionManagerEngaged, SessionManagerInit};
use isomdl::presentation::reader;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{json, Value};
use signature::Signer;
use time::format_description::well_known::Rfc3339;
use time::OffsetDateTime;

/// What is kept between two lines.
#[derive(Default)]
struct Kept {
    reader: Option<reader::SessionManager>,
    device: Option<SessionManagerEngaged>,
}

fn main() {
    let mut kept = Kept::default();
    for line in std::io::stdin().lock().lines() {
        let answer = line
            .map_err(|error| anyhow!(error))
            .and_then(|line| obey(&mut kept, &serde_json::from_str(&line)?))
            .unwrap_or_else(|error| json!({ "error": format!("{error:#}") }));
        println!("{answer}");
        std::io::stdout().flush().expect("the other end is there");
    }
}

fn obey(kept: &mut Kept, order: &Value) -> Result<Value> {
    match text(order, "do")? {
        "check" => check(order),
        "ask" => ask(kept, order),
        "hear" => hear(kept, order),
        "issue" => issue(order),
        "engage" => engage(kept, order),
        "answer" => answer(kept, order),
        other => Err(anyhow!("unknown order {other}")),
    }
}

fn text<'a>(order: &'a Value, name: &str) -> Result<&'a str> {
    order[name].as_str().with_context(|| format!("{name} is missing"))
}

fn bytes(order: &Value, name: &str) -> Result<Vec<u8>> {
    Ok(hex::decode(text(order, name)?)?)
}

fn registry(order: &Value) -> Result<TrustAnchorRegistry> {
    TrustAnchorRegistry::from_pem_certificates(vec![PemTrustAnchor {
        certificate_pem: text(order, "root")?.to_string(),
        purpose: TrustPurpose::Iaca,
    }])
}

/// IssuerSigned outside of a presentation: certificate profile and signature.
fn check(order: &Value) -> Result<Value> {
    let issuer_signed: IssuerSigned = cbor::from_slice(&bytes(order, "issuerSigned")?).map_err(|error| anyhow!("{error}"))?;
    let chain = issuer_signed
        .issuer_auth
        .unprotected
        .rest
        .iter()
        .find(|(label, _)| label == &coset::Label::Int(33))
        .map(|(_, value)| X5Chain::from_cbor(value.clone()))
        .context("no x5chain")?
        .map_err(|error| anyhow!("{error:?}"))?;
    let certificate = ValidationRuleset::Mdl.validate(&chain, &registry(order)?).errors;
    let signature = issuer_authentication(chain, &issuer_signed);
    Ok(json!({
        "certificate": certificate.iter().map(|error| format!("{error}")).collect::<Vec<_>>(),
        "signature": signature.err().map(|error| format!("{error}")),
    }))
}

/// The reader scans a code and asks for elements of a driving licence.
fn ask(kept: &mut Kept, order: &Value) -> Result<Value> {
    let mut namespaces: BTreeMap<String, NonEmptyMap<String, bool>> = BTreeMap::new();
    for (namespace, elements) in order["elements"].as_object().context("elements are missing")? {
        let names = elements.as_array().context("elements are a list")?;
        let asked: BTreeMap<String, bool> =
            names.iter().filter_map(|name| name.as_str().map(|name| (name.to_string(), false))).collect();
        namespaces.insert(namespace.clone(), asked.try_into().map_err(|_| anyhow!("no element"))?);
    }
    let namespaces: RequestedNamespaces = namespaces.try_into().map_err(|_| anyhow!("no namespace"))?;
    let (session, establishment, _) =
        reader::SessionManager::establish_session(text(order, "qr")?.to_string(), namespaces, registry(order)?)?;
    kept.reader = Some(session);
    Ok(json!({ "establishment": hex::encode(establishment) }))
}

/// The reader hears the phone's answer.
fn hear(kept: &mut Kept, order: &Value) -> Result<Value> {
    let session = kept.reader.as_mut().context("no reader has asked")?;
    Ok(serde_json::to_value(session.handle_response(&bytes(order, "data")?))?)
}

fn instant(order: &Value, name: &str) -> Result<OffsetDateTime> {
    Ok(OffsetDateTime::parse(text(order, name)?, &Rfc3339)?)
}

/// Issues a document of text and boolean elements.
fn issue(order: &Value) -> Result<Value> {
    let mut namespaces: BTreeMap<String, BTreeMap<String, ciborium::Value>> = BTreeMap::new();
    for (namespace, elements) in order["elements"].as_object().context("elements are missing")? {
        let values = namespaces.entry(namespace.clone()).or_default();
        for (name, value) in elements.as_object().context("elements are an object")? {
            let value = match value {
                Value::Bool(value) => ciborium::Value::Bool(*value),
                Value::String(value) => ciborium::Value::Text(value.clone()),
                other => return Err(anyhow!("{other} is no value here")),
            };
            values.insert(name.clone(), value);
        }
    }
    let device_key: CoseKey = cbor::from_slice(&bytes(order, "deviceKey")?).map_err(|error| anyhow!("{error}"))?;
    let signer = SigningKey::from_slice(&bytes(order, "signer")?)?;
    let chain = X5Chain::builder().with_der_certificate(&bytes(order, "certificate")?)?.build()?;
    let mdoc = Mdoc::builder()
        .doc_type(text(order, "docType")?.to_string())
        .namespaces(namespaces)
        .validity_info(ValidityInfo {
            signed: instant(order, "signed")?,
            valid_from: instant(order, "signed")?,
            valid_until: instant(order, "validUntil")?,
            expected_update: None,
        })
        .digest_algorithm(DigestAlgorithm::SHA256)
        .device_key_info(DeviceKeyInfo { device_key, key_authorizations: None, key_info: None })
        .issue::<SigningKey, Signature>(chain, signer)?;
    let issuer_signed = IssuerSigned {
        namespaces: Some(mdoc.namespaces.clone()),
        issuer_auth: mdoc.issuer_auth.clone(),
    };
    let document = Document::from(mdoc);
    Ok(json!({
        "issuerSigned": hex::encode(cbor::to_vec(&issuer_signed).map_err(|error| anyhow!("{error}"))?),
        "document": hex::encode(cbor::to_vec(&document).map_err(|error| anyhow!("{error}"))?),
    }))
}

/// The phone shows a code.
fn engage(kept: &mut Kept, order: &Value) -> Result<Value> {
    let document: Document = cbor::from_slice(&bytes(order, "document")?).map_err(|error| anyhow!("{error}"))?;
    let documents = Documents::new(text(order, "docType")?.to_string(), document);
    let method = DeviceRetrievalMethod::BLE(BleOptions { peripheral_server_mode: None, central_client_mode: None });
    let (engaged, qr) = SessionManagerInit::initialise(documents, Some(NonEmptyVec::new(method)), None)?.qr_engagement()?;
    kept.device = Some(engaged);
    Ok(json!({ "qr": qr }))
}

/// The phone answers with everything that was asked for, signed by its key.
fn answer(kept: &mut Kept, order: &Value) -> Result<Value> {
    let engaged = kept.device.take().context("no phone has engaged")?;
    let establishment: SessionEstablishment =
        cbor::from_slice(&bytes(order, "establishment")?).map_err(|error| anyhow!("{error}"))?;
    let (mut session, request) = engaged.process_session_establishment(establishment, Default::default())?;
    let permitted = request
        .items_request
        .iter()
        .map(|items| {
            let namespaces = items
                .namespaces
                .iter()
                .map(|(namespace, elements)| (namespace.clone(), elements.keys().cloned().collect()))
                .collect();
            (items.doc_type.clone(), namespaces)
        })
        .collect();
    session.prepare_response(&request.items_request, permitted);
    let key = SigningKey::from_slice(&bytes(order, "deviceKey")?)?;
    while let Some((_, payload)) = session.get_next_signature_payload() {
        let signature: Signature = key.sign(payload);
        session.submit_next_signature(signature.to_vec())?;
    }
    let data = session.retrieve_response().context("no response is ready")?;
    Ok(json!({ "data": hex::encode(data), "errors": request.errors }))
}
