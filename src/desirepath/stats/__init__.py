"""Estimators that several rooms need: intervals, Aalen–Johansen, false discovery, stratified differences."""
