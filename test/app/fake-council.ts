/** The made-up ward's people and rules, for the screens of the admins. */
import type { CouncilAction, CouncilCode, CouncilDone, CouncilView, WardPerson, WorkRow } from '../../tablet/app/port-council.ts';
import type { Scenario } from './scenario.ts';

export interface FakeCouncil {
  readonly view: () => CouncilView;
  /** The code of what was refused. */
  readonly act: (action: CouncilAction) => CouncilDone | CouncilCode;
  readonly work: () => readonly WorkRow[];
}

const TWO_OF_THREE = { threshold: 2, nodes: 3, tries: 9, triesOnOne: 4 };

export function fakeCouncil({ now, council }: Scenario): FakeCouncil {
  const at = (minutes: number): string => new Date(now - minutes * 60_000).toISOString();
  const isEmpty = council === 'empty';
  let people: readonly WardPerson[] = [
    { id: 'a1', handle: 'amara', name: 'Amara Okafor', role: 'admin', teams: ['Larch Ward'], isSelf: true, isTemporary: false, byPasswordAlone: false },
    ...(isEmpty ? [] : [
      { id: '01', handle: 'heron-42', name: 'Ada Heron', role: 'clinician', teams: ['Larch Ward'], isSelf: false, isTemporary: true, byPasswordAlone: false },
      { id: '02', handle: 'finch-7', name: 'Bo Finch', role: 'viewer', teams: [], isSelf: false, isTemporary: false, byPasswordAlone: true },
      { id: '03', handle: 'owl-3', name: 'Cy Owl', role: 'admin', teams: ['Larch Ward'], isSelf: false, isTemporary: false, byPasswordAlone: false },
    ] as const),
  ];
  let view: Omit<CouncilView, 'people'> = {
    teams: isEmpty ? [] : [{ id: 't1', name: 'Larch Ward', members: ['a1', '01', '03'] }, { id: 't2', name: 'Night watch', members: [] }],
    proposals: isEmpty ? [] : [
      { id: 'p1', by: 'Cy Owl', at: at(42), isOwn: false, action: { what: 'set-role', name: 'Bo Finch', role: 'admin' } },
      { id: 'p2', by: 'Amara Okafor', at: at(5), isOwn: true, action: { what: 'checkpoint' } },
    ],
    quorum: isEmpty ? null : { threshold: 2, names: ['Ada Heron', 'Amara Okafor', 'Bo Finch'] },
    votes: isEmpty ? [] : [{ by: 'Ada Heron', for: 'Bo Finch', at: at(90) }],
    isHolder: !isEmpty,
    held: isEmpty ? [] : [{ id: 'h1', by: 'Cy Owl', at: at(60 * 50), type: 'add-user', isRepeatable: true, declined: false }],
    policy: isEmpty ? null : TWO_OF_THREE,
    policies: isEmpty ? [{ threshold: 1, nodes: 1, tries: 10, triesOnOne: 5 }] : [TWO_OF_THREE, { threshold: 3, nodes: 4, tries: 9, triesOnOne: 5 }, { threshold: 1, nodes: 2, tries: 10, triesOnOne: 3 }],
    graceHours: isEmpty ? 0 : 12,
    desktopPowers: 'own',
    nodesThere: isEmpty ? 1 : 4,
    doors: isEmpty ? [] : [
      { id: 'd5', name: 'Archive', kind: 'archive', connected: true }, { id: 'd1', name: 'Tablet at bay A', kind: 'tablet', connected: true },
      { id: 'd3', name: 'Tablet of the night shift', kind: 'tablet', connected: false },
    ],
  };
  let work: readonly WorkRow[] = isEmpty ? [] : [{
    key: { document: 'aa', author: 'bb', seq: 3, id: 'w1' }, by: 'Dana Wren', device: 'Tablet of the night shift', patient: 'Malhotra, Vikram', from: at(60 * 30), until: at(60 * 29), items: 2, declined: false,
    changes: [{ collection: 'notes', text: 'text: Slept well, no pain.', isRemoval: false }, { collection: 'observations', text: 'pulse: 84, respirations: 16', isRemoval: false }],
  }, {
    key: { document: 'cc', author: 'dd', seq: 1, id: 'w2' }, by: '', device: 'Tablet of the night shift', patient: null, from: at(60 * 30), until: at(60 * 30), items: 1, declined: false, changes: null,
  }];

  return {
    view: () => ({ ...view, people }),
    work: () => work,
    act(action) {
      switch (action.do) {
        case 'add-person':
          if (people.some(({ handle }) => handle === action.handle)) return 'handle-taken';
          people = [...people, { id: action.handle, handle: action.handle, name: action.name, role: action.role, teams: [], isSelf: false, isTemporary: true, byPasswordAlone: false }];
          return { outcome: 'done', password: 'lake otter pine quiet river' };
        case 'renew': return { outcome: 'done', password: 'stone maple drift candle fern' };
        case 'remove-person':
          if (people.find(({ id }) => id === action.user)?.role === 'admin') return { outcome: 'proposed' };
          people = people.filter(({ id }) => id !== action.user);
          break;
        case 'set-role':
          people = people.map((person) => (person.id === action.user ? { ...person, role: action.role } : person));
          break;
        case 'add-team':
          view = { ...view, teams: [...view.teams, { id: action.name, name: action.name, members: ['a1'] }] };
          break;
        case 'add-member': case 'remove-member':
          view = { ...view, teams: view.teams.map((team) => (team.id !== action.team ? team
            : { ...team, members: action.do === 'add-member' ? [...team.members, action.user] : team.members.filter((id) => id !== action.user) })) };
          break;
        case 'approve':
          view = { ...view, proposals: view.proposals.filter(({ id }) => id !== action.proposal) };
          break;
        case 'set-policy':
          if (action.nodes > view.nodesThere) return 'more-nodes-than-there-are';
          view = { ...view, policy: view.policies.find(({ threshold, nodes }) => threshold === action.threshold && nodes === action.nodes) ?? null };
          break;
        case 'set-desktop-powers':
          view = { ...view, desktopPowers: action.powers };
          break;
        case 'set-grace':
          view = { ...view, graceHours: action.hours };
          break;
        case 'settle-work':
          work = action.verdict === 'accept' ? work.filter(({ key }) => key.id !== action.work.id) : work.map((row) => (row.key.id === action.work.id ? { ...row, declined: true } : row));
          break;
        case 'settle-held': return 'own-operation';
        case 'set-quorum': return { outcome: 'proposed' };
        case 'checkpoint': return people.length < 2 ? 'no-second-admin' : { outcome: 'proposed' };
        case 'invite': return { outcome: 'done', code: { text: 'WS1-hFggjsW7COp4czAhHcUcdBGb_mJDcF_ohWT-QXor4NjXIJ9YID4S6kUt_RYXHv3TakoNYh7yAyl3T6J5BLNJU7uEYK03UNce7jRZLlysHo-tKmb2hAGA', expires: new Date(Date.now() + 30 * 60_000).toISOString() } };
        case 'reset-tries': case 'appoint': break;
      }
      return { outcome: 'done' };
    },
  };
}
