/** A form of one step: what it asks for, what went wrong, and one wide button that tells when it works. */
import type { ComponentChildren, JSX } from 'preact';
import { FormProblem } from './form-problem.tsx';

export interface WorkingFormProps {
  readonly working: boolean;
  readonly problem: string;
  readonly action: string;
  readonly workingText: string;
  /** Not called while it works. */
  readonly onSubmit: () => Promise<void>;
  readonly children: ComponentChildren;
  /** Between the problem and the button. */
  readonly beside?: ComponentChildren;
}

export function WorkingForm({ working, problem, action, workingText, onSubmit, children, beside }: WorkingFormProps): JSX.Element {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!working) void onSubmit();
      }}
    >
      {children}
      <FormProblem text={problem} />
      {beside}
      <button type="submit" class="button button-primary button-wide" aria-disabled={working}>
        {working ? <><span class="spinner" aria-hidden="true" /> {workingText}</> : action}
      </button>
      <p class="visually-hidden" role="status">{working ? workingText : ''}</p>
    </form>
  );
}
