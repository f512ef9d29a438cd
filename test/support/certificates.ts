import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  /** Paths of PEM files. */
  ca: string
  cert: string
  key: string
  caText: string
}

/** A certificate for `names` and `ips`, good for `days`, from an authority that no one else trusts. */
export function makeCertificate(names: string[], { days = 30, ips = ['127.0.0.1'] } = {}): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
  const [ca, caKey, cert, key, request] = ['ca.pem', 'ca.key', 'cert.pem', 'cert.key', 'cert.csr'].map(
    (name) => join(folder, name),
  ) as [string, string, string, string, string]
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' })
  const newKey = ['-newkey', 'rsa:2048', '-nodes']
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    caKey,
    '-out',
    ca,
    '-days',
    '60',
    '-subj',
    '/CN=Authority for tests',
  )
  openssl('req', ...newKey, '-keyout', key, '-out', request, '-subj', `/CN=${names[0]}`)
  const alternatives = [...names.map((name) => `DNS:${name}`), ...ips.map((ip) => `IP:${ip}`)].join(',')
  const extensions = join(folder, 'extensions')
  execFileSync('sh', ['-c', `echo "subjectAltName=${alternatives}" > "${extensions}"`])
  const authority = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial']
  openssl(
    'x509',
    '-req',
    '-in',
    request,
    '-out',
    cert,
    ...authority,
    '-days',
    String(days),
    '-extfile',
    extensions,
  )
  return { ca, cert, key, caText: readFileSync(ca, 'utf8') }
}
