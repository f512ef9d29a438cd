import type { Deps } from '../../core/deps.ts'
import { counted, words } from '../../i18n/words.ts'
import type { Subscriber } from '../../subscribers/subscriber.ts'
import type { PageSection } from '../../web/page-parts.ts'
import { countKept } from './kept.repo.ts'
import { hadOnlyFeed } from './planned-digests.repo.ts'
import { type AddressPurpose, privateAddresses } from './private-address.repo.ts'
import { addressToken, isOnlyFeed } from './private-addresses.ts'

const FILE = new URL('./feeds.eta', import.meta.url)

/** Kept papers and feeds, on the page of a subscriber. */
export async function feedsSection(
  { db, config }: Deps,
  { subscriber, token }: { subscriber: Subscriber; token: string },
): Promise<PageSection> {
  const addresses = await privateAddresses(db, subscriber)
  const papers = await countKept(db, subscriber.id)
  const tokenFor = (purpose: AddressPurpose) => addresses[purpose] && addressToken(config, addresses[purpose])
  const [kept, keptFeed, feed] = [tokenFor('kept'), tokenFor('kept-feed'), tokenFor('feed')]
  const onlyFeed = isOnlyFeed(config, addresses.feed)
  return {
    file: FILE,
    data: {
      path: `/manage/${token}/feeds`,
      keptPath: kept && `/kept/${kept}`,
      keptText: papers > 0 ? counted(papers, words.kept.count) : '',
      feeds: [
        { text: words.kept.feeds.digests, path: feed && `/feed/${feed}` },
        { text: words.kept.feeds.kept, path: keptFeed && `/kept/${keptFeed}` },
      ].filter(({ path }) => path),
      isOnlyFeed: onlyFeed,
      hadOnlyFeed: !onlyFeed && (await hadOnlyFeed(db, subscriber.id)),
    },
  }
}
