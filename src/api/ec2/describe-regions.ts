import { AwsError, awsFaults } from '../../aws/aws-error.ts';
import { partitionOf } from '../../aws/arn.ts';
import { flag, list, member, structure, text, type ValueOf } from '../../aws/wire/shape.ts';
import { defineOperation, type Operation } from '../operation.ts';
import { filtersOver } from './filter-paths.ts';
import { compileFilters, FILTERS } from './filters.ts';
import { permissionTo, type InventoryDeps } from './resource-listing.ts';
import { servedRegions } from './served-regions.ts';

const OPERATION = 'DescribeRegions';

const regionShape = structure({
  OptInStatus: member('optInStatus', text),
  RegionName: member('regionName', text),
  Endpoint: member('regionEndpoint', text),
});

type RegionDescription = ValueOf<typeof regionShape>;

const FILTER_TABLE = filtersOver(
  regionShape,
  { endpoint: 'Endpoint', 'opt-in-status': 'OptInStatus', 'region-name': 'RegionName' },
  null,
);

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html */
export function describeRegionsOperation(deps: InventoryDeps): Operation {
  return defineOperation({
    name: OPERATION,
    input: structure({
      DryRun: member('DryRun', flag),
      Filters: FILTERS,
      RegionNames: member('RegionName', list(text)),
      // Every region that is served is enabled, so there are no more to show.
      AllRegions: member('AllRegions', flag),
    }),
    output: structure({ Regions: member('regionInfo', list(regionShape)) }),
    permissions: permissionTo(OPERATION),
    run: async (request) => {
      if (request.DryRun === true) throw awsFaults.dryRun();
      const served = servedRegions(deps.snapshot(), deps.region);
      const wanted = request.RegionNames ?? [];
      const unknown = wanted.filter((name) => !served.includes(name));
      // Unverified: AWS's words for a region that does not exist.
      if (unknown.length > 0) throw regionsInvalid(unknown);
      const regions = served
        .filter((name) => wanted.length === 0 || wanted.includes(name))
        .map(describeRegion)
        .filter(compileFilters(request.Filters ?? [], FILTER_TABLE));
      return { Regions: regions };
    },
  });
}

function regionsInvalid(names: readonly string[]): AwsError {
  const message = `Invalid region(s): ${names.join(', ')}`;
  return new AwsError('InvalidParameterValue', 400, message);
}

function describeRegion(region: string): RegionDescription {
  // AWS's own address: a client that takes Weir for AWS is told here as AWS would tell it.
  const domain = partitionOf(region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  return {
    OptInStatus: 'opt-in-not-required',
    RegionName: region,
    Endpoint: `ec2.${region}.${domain}`,
  };
}
