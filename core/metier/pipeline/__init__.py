"""From a plan to a run: the stages in order, each kept once it is done."""
