/**
 * What an operation does if it counts. Most do what they say. Some put in force what another said: an approval its
 * proposal, a holder's last vote the appointment, an acceptance the operation that was in review. They take effect in
 * their own place and not in the other's: a removal that is approved undoes what its approver did not know.
 */
import type { LogEntries } from './log-entries.ts';
import type { Operation } from './operation.ts';

/** Follows from the operation and what is in its past alone. Of what names nothing that is there it is the operation itself. */
export function effectOf(log: LogEntries, operation: Operation): Operation {
  switch (operation.type) {
    case 'approve': {
      const proposal = log.entry(operation.proposal)?.operation;
      if (proposal?.type !== 'propose') return operation;
      const { action } = proposal;
      return action.type === 'remove-user' ? { ...action, cut: operation.cut } : action;
    }
    case 'appoint':
      return operation.votes.length === 0 ? operation : { type: 'set-role', user: operation.user, role: 'admin' };
    case 'settle': {
      if (operation.verdict !== 'accept' || operation.of.type !== 'operation') return operation;
      const reviewed = log.entry(operation.of.operation);
      return reviewed === undefined || !isRepeatable(reviewed.operation) ? operation : reviewed.operation;
    }
    default:
      return operation;
  }
}

/** What an admin can put in force for somebody else. What takes two is proposed anew; who joined in review joins anew. */
export function isRepeatable({ type }: Operation): boolean {
  switch (type) {
    case 'add-user': case 'set-role': case 'remove-user': case 'set-bundle': case 'set-unlock': case 'set-unlock-policy': case 'set-grace': case 'set-desktop-powers': case 'add-device': case 'remove-device':
    case 'add-team': case 'add-member': case 'remove-member': case 'set-authority': case 'issue-certificate':
      return true;
    default:
      return false;
  }
}
