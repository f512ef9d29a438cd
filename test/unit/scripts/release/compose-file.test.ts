import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { builtImages, withoutBuild } from '../../../../scripts/release/compose-file.ts'

interface Service {
  image: string
  build?: { target: string }
  read_only?: boolean
  cap_drop?: string[]
  security_opt?: string[]
  privileged?: boolean
  user?: string
  ports?: string[]
  environment?: Record<string, string>
}

const TEXT = readFileSync(join(import.meta.dirname, '../../../../docker-compose.yml'), 'utf8')

const servicesOf = (text: string): [string, Service][] =>
  Object.entries(parse(text, { merge: true }).services)

/** A text of the compose file with these settings of .env, as compose fills them in. */
function filledIn(text: string, settings: Record<string, string>): string {
  const next = text.replace(/\$\{(\w+):-([^{}]*)\}/g, (_, name, other) => settings[name] || other)
  return next === text ? text : filledIn(next, settings)
}

/** The default of the variable that names the image. */
const imageOf = ({ image }: Service): string => image.replace(/\$\{\w+:-([^}]*)\}/, '$1')

describe('docker-compose.yml', () => {
  test.each(servicesOf(TEXT))('gives service %s no privileges and read-only files', (_, service) => {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    })
    expect(service.privileged).toBeUndefined()
  })

  test.each(servicesOf(TEXT))('opens ports of service %s to this machine only', (_, { ports = [] }) => {
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([])
  })
})

describe('the profile split', () => {
  /** Where a process ends up: PgBouncer passes everything on to its POSTGRES_HOST. */
  function databasesWith(settings: Record<string, string>): string[] {
    const services = Object.fromEntries(servicesOf(filledIn(TEXT, settings)))
    const behind = services.pgbouncer!.environment!.POSTGRES_HOST
    return ['web', 'schedule', 'worker'].map((name) =>
      services[name]!.environment!.DATABASE_URL!.replace('@pgbouncer:6432/', `@${behind}/`),
    )
  }

  test.each([
    ['', 'postgresql://papers:papers@db/papers'],
    ['embedded', 'postgresql://papers:papers@db/papers'],
    ['postgresql://papers:password@localhost/papers', 'postgresql://papers:papers@db/papers'],
  ])('has one database for all processes with DATABASE_URL=%s', (DATABASE_URL, database) => {
    expect(databasesWith({ DATABASE_URL })).toEqual([database, database, database])
  })

  test('has one password for the database', () => {
    const database = 'postgresql://papers:secret@db/papers'
    expect(databasesWith({ POSTGRES_PASSWORD: 'secret' })).toEqual([database, database, database])
  })
})

describe('builtImages', () => {
  test('has the target of each image that compose builds', () => {
    expect(builtImages(TEXT)).toMatchObject({ service: '', mailbox: '-mailbox' })
  })
})

describe('withoutBuild', () => {
  const released = withoutBuild(TEXT, 'registry.example/lab/daily-papers:1.0.0')

  test('leaves nothing that needs the repository', () => {
    expect(servicesOf(released).filter(([, { build }]) => build)).toEqual([])
    expect(released).not.toMatch(/context:|target:/)
  })

  test('names the released image for each service that was built here', () => {
    const built = servicesOf(TEXT).filter(([, { build }]) => build)
    const after = new Map(servicesOf(released))
    expect(built.length).toBeGreaterThan(0)
    for (const [name, service] of built) {
      const suffix = imageOf(service).replace('daily-papers', '')
      expect(imageOf(after.get(name)!)).toBe(`registry.example/lab/daily-papers:1.0.0${suffix}`)
    }
  })

  test('changes nothing else', () => {
    const rest = (text: string) =>
      servicesOf(text).map(([name, { build: _, image: __, ...service }]) => [name, service])
    expect(rest(released)).toEqual(rest(TEXT))
    expect(parse(released)).toMatchObject({ volumes: parse(TEXT).volumes, networks: parse(TEXT).networks })
  })
})
