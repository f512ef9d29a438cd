import { answersOf, faultsOfStatus } from './answers.ts'
import { hostilePapers } from './hostile.ts'
import { faultsOfPage } from './html-faults.ts'
import { faultsOfMail, kindsUnseen, mailsLeft } from './mail-faults.ts'
import { somebody } from './people.ts'
import { DAYS } from './seed.ts'
import type { SiteCheck } from './site-check.ts'
import { buttonsOf, press, visits } from './visits.ts'
import type { Site } from './world.ts'

/** Hostile titles, abstracts, authors, links, topics and names, on every page and in every mail that shows them. */
export const markupStaysText: SiteCheck = async (site) => {
  const pages = await pagesLooked(site)
  await pressForText(site)
  const mails = await mailsLeft(site)
  const inMails = await Promise.all(mails.map(faultsOfMail))
  const unseen = site.wrong.only ? [] : kindsUnseen(mails)
  return {
    n: `${hostilePapers.length} hostile papers, ${pages.looked} pages, ${mails.length} emails`,
    faults: [...pages.faults, ...inMails.flat(), ...unseen],
    shut: 'text everywhere',
    enough: pages.looked > 350 && mails.length > 40,
  }
}

async function pagesLooked(site: Site): Promise<{ looked: number; faults: string[] }> {
  const faults: string[] = []
  let looked = 0
  const look = (name: string, { headers, body }: { headers: Record<string, unknown>; body: string }) => {
    if (!String(headers['content-type']).startsWith('text/html')) return
    looked++
    faults.push(...faultsOfPage(body).map((fault) => `${name}: ${fault}`))
  }
  const papers = hostilePapers.map(({ id }) => `/papers/${id}`)
  const days = DAYS.map((day) => `/papers/date/${day}`)
  for (const url of [...papers, ...days]) look(`GET ${url}`, await site.ask({ url }))
  for await (const visit of visits(site)) {
    for await (const answer of answersOf(site, visit)) {
      faults.push(...faultsOfStatus(answer))
      look(answer.name, answer)
    }
  }
  return { looked, faults }
}

/** The buttons once more, by people who chose emails as text. */
async function pressForText(site: Site): Promise<void> {
  for (const button of buttonsOf(site)) {
    await site.ask(press(button, await somebody(site.deps, button.by, 'text')))
  }
}
