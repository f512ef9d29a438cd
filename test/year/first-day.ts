import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import { type Lab, must, SITE } from './lab.ts'
import { header, messageIds, nextMail, texts } from './mails.ts'
import { memory } from './memory.ts'
import { peopleCsv } from './people.ts'
import { enter, indented, need, type Say, until } from './typing.ts'

export async function composeUp(lab: Lab, say: Say): Promise<void> {
  const begun = performance.now()
  await lab.compose.run(['build', '--quiet', 'app'])
  say(`  $ docker compose build: ${seconds(begun)}`)
  const up = performance.now()
  await lab.compose.run(['up', '--detach', '--wait', 'app'])
  say(
    `  $ docker compose up -d --wait: healthy after ${seconds(up)}, Postgres and an empty database included`,
  )
  const id = (await lab.compose.run(['exec', '-T', 'app', 'id', '-u'])).trim()
  need(id !== '0', 'the service runs as root')
  const size = (await must(['docker', 'image', 'inspect', 'daily-papers', '-f', '{{.Size}}'])).trim()
  say(`  user ${id}; image ${Math.round(Number(size) / 1e6)} MB; ${await memory(lab)}`)
}

const seconds = (begun: number): string => `${((performance.now() - begun) / 1000).toFixed(1)} s`

export async function doctor(lab: Lab, say: Say): Promise<void> {
  // The service ticks on the minute for the first time.
  const { code, stdout } = await until(
    () => lab.compose.command(['doctor']),
    ({ code }) => code === 0,
  )
  say(`  $ daily-papers doctor (exit ${code})`)
  say(indented(stdout, 80))
  need(code === 0, 'something is wrong')
  for (const mail of texts(lab)) say(`  meanwhile to OPERATOR_EMAIL: ${header(mail, 'Subject')}`)
  await enter(lab, say, ['mail', 'test', 'admin@lab.example'])
  need(
    messageIds(lab).some((id) => id.startsWith('<test.')),
    'the test mail did not arrive',
  )
}

export async function signUp(lab: Lab, say: Say): Promise<void> {
  const page = await post(lab, '/subscribe', 'email=carla%40lab.example&topic=reasoning')
  need(page === 303, `the form answered ${page}`)
  const mail = await nextMail(lab, 'carla@lab.example')
  const { text } = await simpleParser(mail)
  const path = text?.match(/\/confirm\/\S+/)?.[0]
  need(path !== undefined, 'no link in the confirmation')
  const pressed = await post(lab, path, '')
  need(pressed === 303, `the button answered ${pressed}`)
  const log = await until(lab.nginx.accessLog, (text) => text.includes('/confirm/[token]'))
  need(log.includes('/confirm/[token]') && !log.includes(path), 'the log of nginx has a token, or is empty')
  say('  form → confirmation → button; in the log of nginx the link is /confirm/[token]')
}

function post(lab: Lab, path: string, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const options = { host: lab.host, port: 443, servername: SITE, path, method: 'POST', ca: lab.ca }
    const sent = request({ ...options, headers: { ...headers, host: SITE } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

export async function importPeople(lab: Lab, say: Say): Promise<void> {
  // From here on the clock is that of July 2025; the service would go on in the present.
  await lab.compose.run(['stop', 'app'])
  const folder = join(lab.folder, 'people')
  await must(['install', '-d', '-m', '777', folder])
  writeFileSync(join(folder, 'people.csv'), peopleCsv())
  const options = { now: new Date('2025-06-30T12:00:00Z'), volumes: [`${folder}:/people`] }
  await enter(lab, say, ['subscribers', 'import', '/people/people.csv'], options)
  say(`  people.csv.refused.csv:\n${indented(readFileSync(join(folder, 'people.csv.refused.csv'), 'utf8'))}`)
}
