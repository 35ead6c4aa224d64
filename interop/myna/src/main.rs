//! A reader for the library `myna`: it waits for one card on loopback, in the frames of vpcd (two bytes of length, then the APDU), and lets the
//! library do what it can with it. One line of `name value` per result, bytes in hexadecimal. Arguments: PIN, wrong PIN, hash (hexadecimal).

use std::cell::RefCell;
use std::io::{Error, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};

use myna::card::{Apdu, KeyType};
use myna::crypto;
use myna::error::ApduError;

const POWER_ON: u8 = 1;
const TEXT_AP: &[u8] = b"\xD3\x92\x10\x00\x31\x00\x01\x01\x04\x08";
const SHA256_INFO: &[u8] = b"\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20";

struct Card(RefCell<TcpStream>);

impl Card {
    fn send(&self, payload: &[u8]) -> Result<(), Error> {
        let length = u16::try_from(payload.len()).map_err(|_| Error::from(ErrorKind::InvalidInput))?;
        let frame = [&length.to_be_bytes(), payload].concat();
        self.0.borrow_mut().write_all(&frame)
    }

    fn receive(&self) -> Result<Vec<u8>, Error> {
        let mut stream = self.0.borrow_mut();
        let mut length = [0; 2];
        stream.read_exact(&mut length)?;
        let mut payload = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut payload)?;
        Ok(payload)
    }
}

impl Apdu for Card {
    type TransErr = Error;

    fn transmit(&self, command: Vec<u8>) -> Result<Vec<u8>, Error> {
        self.send(&command)?;
        self.receive()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal")).collect()
}

/// The four attributes (text AP, EF 0002) after the PIN of that application, with the library's own commands.
fn attributes(card: &Card, pin: &str) -> Result<Vec<u8>, ApduError<Error>> {
    card.select_df(TEXT_AP)?;
    card.select_ef(b"\x00\x11")?;
    card.verify_pin(pin, KeyType::UserAuth)?;
    card.select_ef(b"\x00\x02")?;
    let header = card.read_binary(3)?;
    card.read_binary(3 + usize::from(header[2]))
}

fn use_card(card: &Card, pin: &str, wrong: &str, hash: &[u8]) -> Result<(), ApduError<Error>> {
    println!("card {}", card.is_mynumber_card()?);
    let certificate = card.get_cert(KeyType::UserAuth)?;
    println!("certificate {}", hex(&certificate));
    println!("tries {} {}", card.get_retry_counter(KeyType::UserAuth)?, card.get_retry_counter(KeyType::DigitalSign)?);
    println!("attributes {}", hex(&attributes(card, pin)?));
    let info = [SHA256_INFO, hash].concat();
    match card.compute_sig(wrong, &info, KeyType::UserAuth) {
        Err(ApduError::PinIncorrect(left)) => println!("wrong {left}"),
        other => println!("wrong {other:?}"),
    }
    println!("tries-then {}", card.get_retry_counter(KeyType::UserAuth)?);
    let signature = card.compute_sig(pin, &info, KeyType::UserAuth)?;
    println!("signature {}", hex(&signature));
    let key = crypto::extract_pubkey(&certificate).expect("a public key in the certificate");
    println!("verified {}", crypto::verify(key, hash, &signature).is_ok());
    card.select_ef(b"\x00\x0b").map(|()| card.read_cert())?.map(|ca| {
        println!("issued {}", crypto::verify_cert(&certificate, &ca).is_ok());
    })
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pin, wrong, hash] = arguments.as_slice() else { panic!("PIN, wrong PIN, hash") };
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    println!("port {}", listener.local_addr().expect("an address").port());
    let (stream, _) = listener.accept().expect("a card");
    stream.set_nodelay(true).expect("no delay");
    let card = Card(RefCell::new(stream));
    card.send(&[POWER_ON]).expect("power");
    if let Err(error) = use_card(&card, pin, wrong, &unhex(hash)) {
        println!("error {error:?}");
    }
}
