"""tools/study: a published study, simulated and computed anew: its screen, its trainings, and its tables and figures from them.
Standard library only; tools/study sets up, builds and starts this."""
import argparse
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import kraus  # noqa: E402
import regularizers  # noqa: E402
import sailem  # noqa: E402
from steps import Steps, Stop, read_config  # noqa: E402

HERE = Path(__file__).resolve().parents[2]
# Name: where it is, what it tells.
STUDIES = {
    "chemical": (regularizers, "what regularizers are worth on a chemical screen: baseline, RNN with t = 3, 5, 8, mixup with alpha = 0.1, "
                 "0.2, 0.4, the untrained network, PCA and factor analysis (Caicedo et al. 2018)"),
    "genes": (regularizers, "the same on a screen of alleles of genes"),
    "sailem": (sailem, "rare circles among ellipses, found and localized by networks that know the label of whole images only (Sailem et "
               "al. 2017)"),
    "kraus": (kraus, "pools of multiple-instance networks over whole images in which only some cells respond (Kraus et al. 2016)"),
}


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="tools/study", description="A published study on simulated images, from one command. Writes study.csv, table.md and figures; "
        "the last line printed is the table as JSON. Stopped at any moment, it goes on where it was when started again; what a changed "
        "option or config touches is done anew.")
    studies = parser.add_subparsers(dest="study", required=True, metavar="STUDY")
    for name, (module, about) in STUDIES.items():
        study = studies.add_parser(name, help=about, description=about)
        study.add_argument("--quick", action="store_true", help="the same, smaller, one seed: minutes")
        study.add_argument("--output", type=Path, help="folder of everything made [study-STUDY-output; -quick-output]")
        study.add_argument("--ranks", type=int, default=1, help="MPI ranks of each job [1, with a thread per core]; results do not "
                           "depend on it")
        study.add_argument("--config", type=Path, help="settings of all jobs [config/study_STUDY.cfg]")
        study.add_argument("--variants", default=",".join(module.VARIANTS), help="which to train, comma-separated [all]")
        study.add_argument("--seeds", type=int, help="trainings of each, with seeds 1 to this; of kraus on a screen each "
                           f"[{module.SEEDS}; quick: 1]")
        module.add_arguments(study)
    arguments = parser.parse_args()
    module = STUDIES[arguments.study][0]
    arguments.variants = [name.strip() for name in arguments.variants.split(",") if name.strip()]
    for name in arguments.variants:
        if name not in module.VARIANTS:
            parser.error(f"there is no variant '{name}'; known: {', '.join(module.VARIANTS)}")
    arguments.seeds = arguments.seeds or (1 if arguments.quick else module.SEEDS)
    if arguments.seeds < 1 or arguments.ranks < 1:
        parser.error("--seeds and --ranks are 1 at least")
    return arguments


def settings_of(arguments):
    config = read_config(arguments.config or HERE / f"config/study_{arguments.study}.cfg")
    quick = HERE / f"config/{STUDIES[arguments.study][0].QUICK}"
    return config | (read_config(quick) if arguments.quick else {})


def main():
    arguments = parse_arguments()
    usual = f"study-{arguments.study}{'-quick' if arguments.quick else ''}-output"
    try:
        steps = Steps(os.environ.get("CYTOSCALE_PROGRAM", str(HERE / "build/release/cytoscale")),
                      os.environ.get("CYTOSCALE_MPIRUN", "mpirun --oversubscribe --bind-to none"), arguments.ranks,
                      settings_of(arguments), (arguments.output or Path(usual)).resolve(), time.time())
        STUDIES[arguments.study][0].Study(arguments, steps).run()
    except Stop as stop:
        print(f"study: error: {stop}", file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        print("study: stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
