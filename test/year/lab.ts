import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Certificate, makeCertificate } from '../support/certificates.ts'
import { startHuggingFaceServer } from '../support/hugging-face-server.ts'
import { type Nginx, startNginx } from '../support/nginx.ts'
import { type Relay, startRelay } from '../support/relay.ts'
import { type Compose, openCompose, run } from './compose.ts'

export const SITE = 'papers.lab.example'
/** As mail services give them out: full of signs that mean something in an address. */
const LOGIN = { user: 'AKIA/EXAMPLE+1', password: 'p@ss:w#rd/%41+=?&' }

/** A lab's machine: a clone with its settings, nginx in front, and outside of it a relay and the source of papers. */
export interface Lab {
  folder: string
  compose: Compose
  /** This machine, as containers see it. */
  host: string
  ca: string
  relay: Relay
  nginx: Nginx
  stop(): Promise<void>
}

const settings = (port: { relay: number; source: number }): string =>
  `SMTP_URL=smtp://host.docker.internal:${port.relay}?tls=verify
SMTP_USER='${LOGIN.user}'
SMTP_PASSWORD='${LOGIN.password}'
BASE_URL=https://${SITE}
HF_URL=http://host.docker.internal:${port.source}
APP_SECRET=a-secret-for-the-year-of-a-lab-of-nobody
SUPPRESSION_KEY=a-key-for-the-year-of-a-lab-of-nobody-too
MAIL_FROM=digest@${SITE}
POSTAL_ADDRESS='Lab of Examples, 1 Main Street, Springfield'
OPERATOR_EMAIL=admin@lab.example
ADMIN_PASSWORD=heron-quilt-brass-47
TRUST_PROXY=uniquelocal
DKIM_DOMAIN=${SITE}
DKIM_SELECTOR=s1
DKIM_KEY_FILE=/keys/dkim.pem
NODE_EXTRA_CA_CERTS=/ca.pem
`

const override = (certificate: Certificate): string => `services:
  app:
    extra_hosts: ['${SITE}:host-gateway']
    volumes: ['${certificate.ca}:/ca.pem:ro']
    environment:
      NODE_ENV: \${YEAR_ENV:-production}
      CLOCK_NOW: \${YEAR_NOW:-}
`

/** The clone is of what is committed here, as an administrator would get it. When `signal` aborts, no container starts any more. */
export async function openLab(papers: string, sitePort: number, signal: AbortSignal): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'))
  const clone = join(folder, 'daily-papers')
  await must(['git', 'clone', '--quiet', resolve(import.meta.dirname, '../..'), clone])
  const host = await gateway()
  const certificate = makeCertificate([SITE, 'host.docker.internal'])
  const relay = await startRelay({ certificate, ...LOGIN, host })
  const source = await startHuggingFaceServer({ folder: papers, host })
  const nginx = await startNginx({ certificate, upstream: sitePort, port: 443, host, name: SITE })
  const dkimKey = join(clone, 'keys/dkim.pem')
  mkdirSync(join(clone, 'keys'))
  await must(['openssl', 'genrsa', '-out', dkimKey, '2048'])
  await must(['chown', '1000', dkimKey]) // only the service's own user
  const overrideFile = join(folder, 'override.yml')
  writeFileSync(
    join(clone, '.env'),
    settings({ relay: relay.port, source: Number(new URL(source.url).port) }),
  )
  writeFileSync(overrideFile, override(certificate))
  const compose = openCompose(clone, `lab-${process.pid}`, ['docker-compose.yml', overrideFile], signal)
  return {
    folder,
    compose,
    host,
    ca: certificate.caText,
    relay,
    nginx,
    stop: async () => {
      await compose.down()
      await Promise.all([relay.close(), source.close(), nginx.stop()])
    },
  }
}

/** This machine, as containers see it. */
async function gateway(): Promise<string> {
  const out = await must([
    'docker',
    'network',
    'inspect',
    'bridge',
    '-f',
    '{{(index .IPAM.Config 0).Gateway}}',
  ])
  return out.trim()
}

export async function must(command: string[], signal?: AbortSignal): Promise<string> {
  const { code, stdout, stderr } = await run(command, { signal })
  if (code !== 0) throw new Error(`${command.join(' ')}: exit ${code}\n${stderr}`)
  return stdout
}
