/** A certificate authority made at the first start, and the gateway's certificate that it signs. */
import { randomBytes, webcrypto } from 'node:crypto';
import { join } from 'node:path';
// x509 needs it to be loaded first.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

import { readText, writePrivate } from './files.js';

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 24 * 60 * 60 * 1000;
const AUTHORITY_DAYS = 3_650;
const SERVER_DAYS = 365;
const RENEW_DAYS_BEFORE_END = 30;

export interface CertificateFiles {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
  /** The authority's certificate itself, for kubeconfig. */
  readonly authorityPem: string;
}

export interface CertificateOptions {
  readonly dir: string;
  readonly now: Date;
  /** DNS names and IP addresses that clients use. */
  readonly names: readonly string[];
}

/** Makes what is missing, renews what is about to end; clients that trust the authority need not notice. */
export const ensureCertificates = async ({ dir, now, names }: CertificateOptions): Promise<CertificateFiles> => {
  const file = (name: string): string => join(dir, name);
  const authority = (await loadAuthority(dir, now)) ?? (await newAuthority(dir, now));
  const current = await readText(file('server.crt'));
  if (current === undefined || !isServerCertificate(current, { authority, now, names })) {
    const { certificate, key } = await signServer({ authority, now, names });
    await writePrivate(file('server.key'), key);
    await writePrivate(file('server.crt'), certificate);
  }
  return {
    authority: file('ca.crt'),
    certificate: file('server.crt'),
    key: file('server.key'),
    authorityPem: authority.certificate.toString('pem'),
  };
};

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

const loadAuthority = async (dir: string, now: Date): Promise<Authority | undefined> => {
  const [pem, keyPem] = await Promise.all([readText(join(dir, 'ca.crt')), readText(join(dir, 'ca.key'))]);
  if (pem === undefined || keyPem === undefined) return undefined;
  const certificate = new x509.X509Certificate(pem);
  if (endsSoon(certificate, now)) return undefined;
  const privateKey = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(keyPem), KEY, true, [
    'sign',
  ]);
  const publicKey = await webcrypto.subtle.importKey('spki', certificate.publicKey.rawData, KEY, true, ['verify']);
  return { certificate, keys: { privateKey, publicKey } };
};

const newAuthority = async (dir: string, now: Date): Promise<Authority> => {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: `CN=holdfast-ca-${newSerial().slice(-8)}`,
    ...validity(now, AUTHORITY_DAYS),
    signingAlgorithm: KEY,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writePrivate(join(dir, 'ca.key'), await privateKeyPem(keys));
  await writePrivate(join(dir, 'ca.crt'), certificate.toString('pem'));
  return { certificate, keys };
};

const signServer = async ({
  authority,
  now,
  names,
}: {
  authority: Authority;
  now: Date;
  names: readonly string[];
}): Promise<{ certificate: string; key: string }> => {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: 'CN=holdfast-api-gateway',
    issuer: authority.certificate.subject,
    ...validity(now, SERVER_DAYS),
    signingAlgorithm: KEY,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? 'ip' : 'dns', value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate),
    ],
  });
  return { certificate: certificate.toString('pem'), key: await privateKeyPem(keys) };
};

const isServerCertificate = (
  pem: string,
  { authority, now, names }: { authority: Authority; now: Date; names: readonly string[] },
): boolean => {
  const certificate = new x509.X509Certificate(pem);
  const covered = new Set(
    certificate.getExtension(x509.SubjectAlternativeNameExtension)?.names.items.map((name) => name.value) ?? [],
  );
  return (
    certificate.issuer === authority.certificate.subject &&
    !endsSoon(certificate, now) &&
    names.every((name) => covered.has(name))
  );
};

const endsSoon = (certificate: x509.X509Certificate, now: Date): boolean =>
  certificate.notAfter.getTime() - now.getTime() < RENEW_DAYS_BEFORE_END * DAY_MS;

// Clocks of clients may be a little behind.
const validity = (now: Date, days: number): { notBefore: Date; notAfter: Date } => ({
  notBefore: new Date(now.getTime() - DAY_MS),
  notAfter: new Date(now.getTime() + days * DAY_MS),
});

const newKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);

/** Positive, as RFC 5280 asks. */
const newSerial = (): string => `01${randomBytes(15).toString('hex')}`;

const privateKeyPem = async (keys: webcrypto.CryptoKeyPair): Promise<string> =>
  x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
