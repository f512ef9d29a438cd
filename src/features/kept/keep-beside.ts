import type { Config } from '../../config/config.ts'
import { paperPathOf } from '../../papers/paper-key.ts'
import type { BesidePaper } from '../../web/beside-paper.ts'
import { keptPapers } from './kept.repo.ts'
import { KEEP_SCRIPT, KEPT_HERE } from './kept-routes.ts'
import { privateAddresses } from './private-address.repo.ts'
import { addressToken } from './private-addresses.ts'

/**
 * "Keep" beside each paper: for visitors a link to sign up, of which a script makes a button that keeps the paper in
 * their browser; for a subscriber on their page of a digest a form.
 */
export async function keepBeside({ SIGNUP }: Config): Promise<BesidePaper> {
  const withoutScript = SIGNUP === 'open' ? '/subscribe' : KEPT_HERE
  return {
    template: new URL('keep.eta', import.meta.url),
    script: KEEP_SCRIPT,
    view: (paper, place) => ({
      href: withoutScript,
      path: paperPathOf(paper),
      list: KEPT_HERE,
      isButton: place === 'page',
    }),
    forReader: {
      template: new URL('keep-own.eta', import.meta.url),
      async read({ db, config }, { subscriber, token, path }, papers) {
        const kept = new Set((await keptPapers(db, subscriber.id)).map(({ paperId }) => paperId))
        const { kept: address } = await privateAddresses(db, subscriber)
        const list = address && `/kept/${addressToken(config, address)}`
        const action = `/manage/${token}/kept`
        const digest = path.slice(path.lastIndexOf('/') + 1)
        return new Map(
          [...papers].map(([id, paper]) => [id, { id, action, digest, list, isKept: kept.has(paper.id) }]),
        )
      },
    },
  }
}
