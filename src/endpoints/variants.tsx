import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';

import { Button } from '../core/button';
import type { Row } from '../core/client';
import { call } from '../core/client';
import { useTrans } from '../core/context';
import { text } from '../core/format';
import { ErrorNotice } from '../core/notice';
import { Table } from '../core/table';

interface Variant {
  VariantName: string;
  CurrentWeight?: number;
  DesiredWeight?: number;
  CurrentInstanceCount?: number;
}

/** The variants of an endpoint and their shares of the requests, to change. */
export function Variants({ record }: { record: Row }): JSX.Element {
  const trans = useTrans();
  const variants = (record.ProductionVariants ?? []) as Variant[];
  const [weights, setWeights] = useState<Readonly<Record<string, number>>>({});
  const endpoint = text(record, 'EndpointName');
  const update = useMutation({
    mutationFn: () =>
      call('UpdateEndpointWeightsAndCapacities', {
        EndpointName: endpoint,
        DesiredWeightsAndCapacities: Object.entries(weights).map(
          ([VariantName, DesiredWeight]) => ({ VariantName, DesiredWeight })
        )
      }),
    onSuccess: () => setWeights({})
  });
  const weightOf = (variant: Variant): number =>
    weights[variant.VariantName] ?? variant.CurrentWeight ?? 0;
  const sum = variants.reduce((total, each) => total + weightOf(each), 0);
  return (
    <div className="smkit-Variants">
      <Table
        label={trans.__('Variants')}
        rows={variants}
        rowKey={variant => variant.VariantName}
        columns={[
          {
            id: 'name',
            label: trans.__('Variant'),
            cell: variant => variant.VariantName
          },
          {
            id: 'count',
            label: trans.__('Workers'),
            numeric: true,
            cell: variant => variant.CurrentInstanceCount ?? '–'
          },
          {
            id: 'weight',
            label: trans.__('Weight'),
            numeric: true,
            cell: variant => (
              <input
                type="number"
                min={0}
                step={0.1}
                className="smkit-Input smkit-mod-number"
                aria-label={trans.__('Weight of %1', variant.VariantName)}
                value={Number.isNaN(weightOf(variant)) ? '' : weightOf(variant)}
                onChange={event =>
                  setWeights({
                    ...weights,
                    [variant.VariantName]: event.target.valueAsNumber
                  })
                }
              />
            )
          },
          {
            id: 'share',
            label: trans.__('Share'),
            numeric: true,
            cell: variant =>
              sum > 0
                ? `${((100 * weightOf(variant)) / sum).toFixed(0)} %`
                : '–'
          }
        ]}
      />
      <ErrorNotice error={update.error} />
      {Object.keys(weights).length > 0 && (
        <Button
          mood="primary"
          disabled={
            update.isPending ||
            Object.values(weights).some(weight => !(weight >= 0))
          }
          onClick={() => update.mutate()}
        >
          {trans.__('Update weights')}
        </Button>
      )}
    </div>
  );
}
