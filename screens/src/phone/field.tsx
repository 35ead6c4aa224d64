import { Icon } from '../frame/icon.tsx';

/** One secret: native input, label, fault told in words and tied to the field. */
export function Field(props: {
  id: string;
  testId: string;
  label: string;
  value: string;
  shown: boolean;
  numeric?: boolean;
  /** Takes the focus when its screen appears. */
  first?: boolean;
  fault: string | undefined;
  onInput: (value: string) => void;
}) {
  return (
    <div class="mb-4">
      <label for={props.id} class="mb-1.5 block text-sm font-bold">
        {props.label}
      </label>
      <input
        id={props.id}
        class="field aria-invalid:border-2 aria-invalid:border-no"
        {...(props.shown ? { type: 'text' as const } : { type: 'password' as const })}
        inputMode={props.numeric ? 'numeric' : 'text'}
        autocomplete="off"
        autocapitalize="characters"
        spellcheck={false}
        value={props.value}
        aria-invalid={props.fault !== undefined}
        aria-describedby={props.fault === undefined ? undefined : `${props.id}-fault`}
        data-testid={props.testId}
        data-first={props.first}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
      {props.fault && (
        <p id={`${props.id}-fault`} class="mt-1.5 flex gap-1.5 text-sm text-no" role="alert">
          <Icon sign="warning" class="mt-0.5 size-4" />
          {props.fault}
        </p>
      )}
    </div>
  );
}
