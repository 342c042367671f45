import { useTrans } from '../core/context';
import { TextField } from '../core/fields';
import { ErrorNotice, Notice } from '../core/notice';
import { S3Field } from '../core/s3-field';
import { Table } from '../core/table';
import type { Draft } from './draft';
import type { Preview } from './preview';

interface Props {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  preview?: Preview;
  error: Error | null;
}

/** Step one: what the experiment is called and which data it learns from. */
export function DataStep(props: Props): JSX.Element {
  const { draft, change, preview } = props;
  const trans = useTrans();
  return (
    <>
      <TextField
        label={trans.__('Experiment name')}
        help={trans.__(
          'Letters, digits and hyphens, 32 at the most; no other AutoML job may have it.'
        )}
        value={draft.name}
        onChange={name => change({ name })}
      />
      <S3Field
        label={trans.__('Training data')}
        help={trans.__(
          'A CSV with a header or a Parquet file, or a prefix with several of them. AWS asks for 500 rows or more.'
        )}
        value={draft.data}
        onChange={data => change({ data, target: '', features: null })}
      />
      <ErrorNotice error={props.error} />
      {preview && preview.columns.length > 0 && <Rows preview={preview} />}
      {preview && preview.columns.length === 0 && (
        <Notice>
          {trans.__(
            'Rows of a Parquet file are not shown here; type the name of the target in the next step.'
          )}
        </Notice>
      )}
      <S3Field
        label={trans.__('Output place')}
        help={trans.__('Models, reports and notebooks are put below it.')}
        choose="folder"
        value={draft.output}
        onChange={output => change({ output })}
      />
    </>
  );
}

interface Numbered {
  cells: readonly string[];
  index: number;
}

function Rows({ preview }: { preview: Preview }): JSX.Element {
  const trans = useTrans();
  return (
    <div className="smkit-Preview">
      <p>
        {trans.__(
          '%1 columns; the first rows of %2:',
          preview.columns.length,
          preview.uri
        )}
      </p>
      <Table<Numbered>
        label={trans.__('First rows')}
        rows={preview.rows.map((cells, index) => ({ cells, index }))}
        rowKey={row => String(row.index)}
        columns={preview.columns.map((name, index) => ({
          id: String(index),
          label: name,
          cell: row => row.cells[index] ?? ''
        }))}
      />
    </div>
  );
}
